namespace ModelOptimizer.Methods.Convex;

/// <summary>Where an iteration ended.</summary>
/// <param name="Number">Iterations so far; 0 is the start.</param>
/// <param name="Objective">f + Ω.</param>
/// <param name="Gap">The duality gap, in units of the objective: the minimum is at most this far below.</param>
/// <param name="SquaredSubgradient">The squared norm of the shortest subgradient.</param>
internal readonly record struct FistaIteration(int Number, double Objective, double Gap, double SquaredSubgradient)
{
    /// <summary>The gap as a share of the objective.</summary>
    public double RelativeGap => Objective > 0 ? Gap / Objective : 0;
}
