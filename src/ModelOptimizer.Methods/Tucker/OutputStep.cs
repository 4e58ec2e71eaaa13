using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Step 3b: the best U_T for fixed U_S and G.</summary>
internal static class OutputStep
{
    /// <summary>U_T = P Zᵀ (Z Σ Zᵀ)⁻¹ with Z = G(U_S ⊗ I_K)ᵀ.</summary>
    public static TuckerFactors Update(KernelProblem problem, TuckerFactors factors, Matrix coreGram, Matrix projected, Jitter jitter)
    {
        var algebra = problem.Algebra;
        var right = algebra.Multiply(factors.Core, projected, transposeB: true);
        var gram = algebra.Multiply(algebra.Multiply(factors.Core, coreGram), factors.Core, transposeB: true);
        var transposed = algebra.CholeskySolve(Regularized.Cholesky(algebra, Symmetric.Mean(gram), jitter), right);
        return factors with { Output = transposed.Transpose() };
    }
}
