namespace ModelOptimizer.Methods;

/// <summary>The compressed model and what was done to each layer.</summary>
public sealed record MethodResult(OnnxModel Model, IReadOnlyList<LayerOutcome> Layers)
{
    /// <summary>What is worth a plot: errors over ranks, objectives over sweeps, losses over steps.</summary>
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>What the method can prove about its result.</summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];
}
