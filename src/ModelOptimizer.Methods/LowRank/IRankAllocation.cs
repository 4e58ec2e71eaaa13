namespace ModelOptimizer.Methods.LowRank;

/// <summary>A way to share a budget among layers.</summary>
internal interface IRankAllocation
{
    /// <summary>Ranks with which the model's measure changes by no more than <paramref name="change"/> (negative); null when none do.</summary>
    IReadOnlyList<ChosenRanks>? Choose(double change);

    /// <summary>What there is to plot of it.</summary>
    IReadOnlyList<Series> Series { get; }

    /// <summary>The ranks with which the model is smallest.</summary>
    IReadOnlyList<ChosenRanks> Smallest();
}
