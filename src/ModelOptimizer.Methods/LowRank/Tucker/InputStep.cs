namespace ModelOptimizer.Methods.LowRank;

/// <summary>Step 3a: the best U_S for fixed U_T and G.</summary>
internal static class InputStep
{
    public static TuckerFactors Update(KernelProblem problem, TuckerFactors factors, InnerAccuracy accuracy)
    {
        var algebra = problem.Algebra;
        var (right, gram) = System(problem, factors);
        var transposed = problem.Metric.SolveInput(gram, right, factors.Input.Transpose(), accuracy);
        return factors with { Input = transposed.Transpose() };
    }

    /// <summary>rhsᵀ[q,s] = Σ_{t,k} A[t,q,k]·P[t,(s,k)] and H = AᵀA with A = U_T·G.</summary>
    internal static (Matrix Right, Matrix Gram) System(KernelProblem problem, TuckerFactors factors)
    {
        var algebra = problem.Algebra;
        var rows = factors.OutputRank * problem.Taps;
        var projected = algebra.Multiply(factors.Output, problem.Product, transposeA: true);
        var right = algebra.Multiply(factors.Core.Reshape(rows, factors.InputRank), projected.Reshape(rows, problem.Inputs), transposeA: true);
        var weighted = algebra.Multiply(algebra.Multiply(factors.Output, factors.Output, transposeA: true), factors.Core);
        return (right, algebra.Multiply(factors.Core, weighted, transposeA: true));
    }
}
