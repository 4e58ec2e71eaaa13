namespace ModelOptimizer.Methods.Quantization;

/// <summary>A weight as the method sees it: one constant, whatever reads it.</summary>
/// <param name="Layer">Its first reader: the name in rules and reports, and what may stand against it.</param>
/// <param name="Axis">Its output channels; null where <paramref name="Layer"/> has an obstacle.</param>
/// <param name="Measured">The readers whose inputs' second moments say what an error of this weight does; none where they cannot be had.</param>
internal sealed record WeightTarget(WeightLayer Layer, ChannelAxis? Axis, IReadOnlyList<WeightLayer> Measured)
{
    /// <summary>The name in rules and reports.</summary>
    public string Name => Layer.Name;
}
