namespace ModelOptimizer.Methods.LowRank;

/// <summary>The published "svd" start: leading singular vectors of the kernel's unfoldings, without Σ.</summary>
internal static class StartingFactors
{
    /// <summary>First R_T left singular vectors of the T×(S·K) unfolding.</summary>
    public static Matrix Output(KernelProblem problem, int rank) =>
        Dominant.LeftVectorsOfTranspose(problem.Algebra, problem.Weight.Transpose()).Vectors.LeadingColumns(rank);

    /// <summary>First R_S left singular vectors of the S×(T·K) unfolding.</summary>
    public static Matrix Input(KernelProblem problem, int rank) =>
        Dominant.LeftVectorsOfTranspose(problem.Algebra, problem.Weight.Reshape(problem.Outputs * problem.Taps, problem.Inputs)).Vectors.LeadingColumns(rank);

    /// <summary>
    /// The R_S directions that would be best if Σ were Σ̄ ⊗ I_K: eigenvectors V of Lᵀ·(Σ_{t,k} w wᵀ)·L with Σ̄ = L·Lᵀ, brought back as L⁻ᵀ·V.
    /// </summary>
    public static Matrix WeightedInput(KernelProblem problem, int rank)
    {
        if (problem.Metric.MeanRoot() is not { } root)
        {
            return Input(problem, rank);
        }

        var algebra = problem.Algebra;
        var transposed = algebra.Multiply(problem.Weight.Reshape(problem.Outputs * problem.Taps, problem.Inputs), root);
        var vectors = Dominant.LeftVectorsOfTranspose(algebra, transposed).Vectors.LeadingColumns(rank);
        return algebra.Qr(algebra.SolveLower(root, vectors, transpose: true)).Q;
    }
}
