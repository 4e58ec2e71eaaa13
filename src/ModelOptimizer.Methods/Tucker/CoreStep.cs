using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Step 3c: the best G for fixed U_T and U_S.</summary>
internal static class CoreStep
{
    /// <summary>G = (U_TᵀU_T)⁻¹ U_Tᵀ · P B · (BᵀΣB)⁻¹.</summary>
    public static Matrix Solve(KernelProblem problem, Matrix output, Matrix coreGram, Matrix projected, Jitter jitter)
    {
        var algebra = problem.Algebra;
        var gram = algebra.Multiply(output, output, transposeA: true);
        var left = algebra.CholeskySolve(Regularized.Cholesky(algebra, gram, jitter), algebra.Multiply(output, projected, transposeA: true));
        return algebra.CholeskySolve(Regularized.Cholesky(algebra, coreGram, jitter), left.Transpose()).Transpose();
    }
}
