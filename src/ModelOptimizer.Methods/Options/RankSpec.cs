namespace ModelOptimizer.Methods.Options;

/// <summary>Ranks of one layer as written: one number for all, one per mode (R_T, R_S), or a fraction of the full ranks.</summary>
internal sealed record RankSpec
{
    /// <summary>Absolute ranks, one or one per mode; empty when <see cref="Fraction"/> is given.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>The fraction of every full rank, 0 to 1; null when <see cref="Ranks"/> are given.</summary>
    public double? Fraction { get; init; }
}
