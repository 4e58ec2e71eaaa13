namespace ModelOptimizer.Methods.LowRank;

/// <summary>Factors one layer. It may keep what it found for one choice of ranks to use it for another, as long as that changes no result.</summary>
internal interface ILayerSolver
{
    /// <summary>The layer as it is built.</summary>
    /// <param name="ranks">Its ranks.</param>
    /// <param name="now">What the last sweeps are for, from where the solver's own numbers lead to; null for these.</param>
    SolvedLayer Solve(RankPair ranks, LayerNumbers? now = null);

    /// <summary>The layer at a point of its curve, without further sweeps.</summary>
    LayerReplacement Reconstructed(RankPair ranks);

    /// <summary>e² over the ranks with which the layer is smaller; those that are no multiples are left out by the caller.</summary>
    IEnumerable<CurvePoint> Curve(int multiple);
}

/// <summary>A layer with its last factors.</summary>
/// <param name="Replacement">What takes its place.</param>
/// <param name="RelativeError">e under the method's norm.</param>
/// <param name="Note">What the report adds.</param>
internal sealed record SolvedLayer(LayerReplacement Replacement, double RelativeError, string? Note);

/// <summary>
/// What one method adds to the common handling of layers, ranks and budgets: its form of a kernel with more than one tap, and how that is fitted.
/// </summary>
internal interface IFactorization
{
    /// <summary>The method, with its own options as far as the errors of layers depend on them.</summary>
    string Name { get; }

    /// <summary>Whether it is carried out as published, for each layer alone.</summary>
    bool IsPublished => false;

    /// <summary>The ranks in the order of the report.</summary>
    IReadOnlyList<string> RankNames { get; }

    /// <summary>What it has against a layer that others may take; null for nothing.</summary>
    string? Obstacle(WeightLayer layer) => null;

    IFactorForm Form(WeightLayer layer, FactorShape shape);

    ILayerSolver Solver(LayerNumbers numbers);

    /// <summary>Operations of one layer's solve, and of its curve where that is <paramref name="searched"/>; moments and P not counted.</summary>
    double Flops(IFactorForm form, bool searched);

    /// <summary>Bytes of the largest matrices of a solve or a curve, one group's; Σ and P not counted.</summary>
    double Bytes(IFactorForm form);
}

/// <summary>What a pair of ranks costs one layer in error.</summary>
/// <param name="Ranks">The ranks per group.</param>
/// <param name="SquaredError">e² relative to the layer's energy: reached, not estimated.</param>
internal sealed record CurvePoint(RankPair Ranks, double SquaredError);

/// <summary>e² of one layer over its ranks, kept from one run to the next.</summary>
internal static class RankCurve
{
    public static IReadOnlyList<CurvePoint> Of(LowRankWork work, FactorLayer layer)
    {
        var multiple = work.Context.RankMultiple;
        var numbers = work.Context.Numbers(
            FormattableString.Invariant($"{work.Factorization.Name} curve of {layer.Name}: {work.Options.Measurement}, multiple {multiple}"),
            () =>
                [
                    .. work.SolverOf(layer)
                        .Curve(multiple)
                        .Where(point => layer.Form.IsLiked(point.Ranks, multiple))
                        .SelectMany(point => new[] { point.Ranks.Output, point.Ranks.Input, point.SquaredError }),
                ]
        );
        return [.. numbers.Chunk(3).Select(point => new CurvePoint(new RankPair((int)point[0], (int)point[1]), point[2]))];
    }
}

/// <summary>How a kernel is decomposed.</summary>
internal abstract record SolverSettings
{
    public Jitter Jitter { get; init; } = Jitter.Relative;

    /// <summary>The most sweeps.</summary>
    public int Sweeps { get; init; } = 100;

    /// <summary>The change of the relative error e at which the sweeps end.</summary>
    public double Tolerance { get; init; } = 1e-6;

    public InnerAccuracy Inner { get; init; } = InnerAccuracy.Tight;

    public CancellationToken Cancellation { get; init; }
}

/// <summary>The end of a solve.</summary>
/// <param name="Factors">Of Tucker-2: U_T and U_S have orthonormal columns. Of CP: balanced.</param>
/// <param name="SquaredError">tr(ΔΣΔᵀ).</param>
/// <param name="Errors">The relative error e after the start of Tucker-2 and after each sweep; of CP with the penalty in it while there is one.</param>
internal sealed record Solution<T>(T Factors, double SquaredError, IReadOnlyList<double> Errors)
{
    /// <summary>ρ of CP's penalty at the end; 0 where no component grew too large.</summary>
    public double Ridge { get; init; }
}
