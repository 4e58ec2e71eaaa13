namespace ModelOptimizer.Methods.LowRank;

/// <summary>What one method adds to the common handling of layers, ranks and budgets: its form of a kernel with more than one tap, and how that is fitted.</summary>
internal interface IFactorization
{
    /// <summary>The method, with its own options as far as the errors of layers depend on them.</summary>
    string Name { get; }

    /// <summary>The ranks in the order of the report.</summary>
    IReadOnlyList<string> RankNames { get; }

    IFactorForm Form(WeightLayer layer, FactorShape shape);

    ILayerSolver Solver(LayerNumbers numbers);

    /// <summary>Operations of one layer's solve, and of its curve where that is <paramref name="searched"/>; moments and P not counted.</summary>
    double Flops(IFactorForm form, bool searched);
}
