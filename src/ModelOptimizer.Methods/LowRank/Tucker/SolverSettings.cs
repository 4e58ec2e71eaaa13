namespace ModelOptimizer.Methods.LowRank;

/// <summary>How a kernel is decomposed.</summary>
internal sealed record SolverSettings
{
    public TuckerVariant Variant { get; init; } = TuckerVariant.Joint;

    public Jitter Jitter { get; init; } = Jitter.Relative;

    /// <summary>The most sweeps.</summary>
    public int Sweeps { get; init; } = 100;

    /// <summary>The change of the relative error e at which the sweeps end.</summary>
    public double Tolerance { get; init; } = 1e-6;

    public InnerAccuracy Inner { get; init; } = InnerAccuracy.Tight;

    public CancellationToken Cancellation { get; init; }
}
