namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>What a layer becomes.</summary>
/// <param name="Layer">The layer, of the model that is edited or of one it is a clone of.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Bias">What is added to each output channel, a Gemm's beta in it; null keeps what is there.</param>
internal sealed record LayerUpdate(WeightLayer Layer, WeightForm Weight, double[]? Bias = null)
{
    /// <summary>The tensors between this layer and the next that change their size with it.</summary>
    public IReadOnlyList<ResizedTensor> Resized { get; init; } = [];
}
