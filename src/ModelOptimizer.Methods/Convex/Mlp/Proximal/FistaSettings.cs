namespace ModelOptimizer.Methods.Convex;

/// <summary>When R-FISTA stops, and where its step begins; the numbers are the published ones.</summary>
internal sealed record FistaSettings
{
    /// <summary>The first step s.</summary>
    public double Step { get; init; } = 10;

    /// <summary>The most iterations.</summary>
    public int Iterations { get; init; } = 10_000;

    /// <summary>Ends the iterations when the squared norm of the shortest subgradient is at most this. It is absolute, so it means less the larger the targets are.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Ends the iterations when the duality gap is at most this share of the objective, and then nothing else but their number does; null leaves the end to <see cref="Tolerance"/>.</summary>
    public double? MaxGap { get; init; }

    /// <summary>Told of the start and of every iteration.</summary>
    public IProgress<FistaIteration>? Progress { get; init; }

    /// <summary>Ends the run between two steps tried.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether <paramref name="iteration"/> is good enough.</summary>
    public bool Reached(FistaIteration iteration) => MaxGap is { } gap ? iteration.RelativeGap <= gap : iteration.SquaredSubgradient <= Tolerance;
}
