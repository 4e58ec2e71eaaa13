namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>How a metric may be used in the manifest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">What it is measured from.</param>
/// <param name="MoreIsBetter">Which direction is good.</param>
/// <param name="Form">How its limits are written.</param>
internal sealed record MetricRule(string Name, MetricSource Source, bool MoreIsBetter, QuantityForm Form)
{
    /// <summary>Keys of the bounds that a gate on it can have.</summary>
    public IReadOnlyList<string> Bounds => Source switch
    {
        MetricSource.Cost => ["max"],
        MetricSource.Fidelity => [MoreIsBetter ? "min" : "max"],
        _ => ["min", "max", MoreIsBetter ? "max-drop" : "max-rise"],
    };
}
