namespace ModelOptimizer.Methods.LowRank;

/// <summary>W~ = U_T·G·(I_K ⊗ U_S)ᵀ in tap-major order.</summary>
/// <param name="Output">U_T, T×R_T.</param>
/// <param name="Core">G, R_T×(K·R_S), column k·R_S + q.</param>
/// <param name="Input">U_S, S×R_S.</param>
internal sealed record TuckerFactors(Matrix Output, Matrix Core, Matrix Input)
{
    /// <summary>R_T.</summary>
    public int OutputRank => Output.Columns;

    /// <summary>R_S.</summary>
    public int InputRank => Input.Columns;

    /// <summary>The closed form for a full R_S, with U_S = I.</summary>
    public static TuckerFactors Truncated(KernelProblem problem, OutputTruncation truncation, int outputRank)
    {
        var (output, core) = truncation.Factors(outputRank);
        return new TuckerFactors(output, core, Matrix.Identity(problem.Inputs));
    }

    /// <summary>W~, T×(K·S), tap-major.</summary>
    public Matrix Reconstruct(ILinearAlgebra algebra)
    {
        var taps = Core.Columns / InputRank;
        var rows = algebra.Multiply(Core.Reshape(OutputRank * taps, InputRank), Input, transposeB: true);
        return algebra.Multiply(Output, rows.Reshape(OutputRank, taps * Input.Rows));
    }

    /// <summary>The same W~ with orthonormal U_T and U_S.</summary>
    public TuckerFactors Orthonormal(ILinearAlgebra algebra)
    {
        var (output, outputTriangle) = algebra.Qr(Output);
        var (input, inputTriangle) = algebra.Qr(Input);
        var taps = Core.Columns / InputRank;
        var core = algebra.Multiply(outputTriangle, Core);
        core = algebra.Multiply(core.Reshape(outputTriangle.Rows * taps, InputRank), inputTriangle, transposeB: true);
        return new TuckerFactors(output, core.Reshape(outputTriangle.Rows, taps * inputTriangle.Rows), input);
    }
}

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

/// <summary>
/// The best U_T and G together for a fixed U_S, for every R_T at once (reduced-rank regression): BᵀΣB = C·Cᵀ, N = P·B·C⁻ᵀ, U_T the leading
/// left singular vectors of N, G = U_Tᵀ·N·C⁻¹.
/// </summary>
internal sealed class JointStep
{
    private readonly KernelProblem _problem;
    private readonly Matrix _input;
    private readonly Matrix _factor;
    private readonly Matrix _transposed;
    private readonly Matrix _vectors;

    public JointStep(KernelProblem problem, Matrix input, Jitter jitter)
    {
        _problem = problem;
        _input = input;
        var algebra = problem.Algebra;
        _factor = Regularized.Cholesky(algebra, problem.Metric.CoreGram(input), jitter, inPlace: true);
        _transposed = algebra.SolveLower(_factor, problem.ProjectedProduct(input).Transpose());
        (Captured, _vectors) = Dominant.LeftVectorsOfTranspose(algebra, _transposed);
    }

    /// <summary>s_i² of N, falling: R_T leaves the squared error Energy − Σ_{i≤R_T} s_i².</summary>
    public double[] Captured { get; }

    public double Error(int outputRank) => Math.Max(0, _problem.Energy - Captured.Take(outputRank).Sum());

    public TuckerFactors Factors(int outputRank)
    {
        var algebra = _problem.Algebra;
        var output = _vectors.LeadingColumns(outputRank);
        var core = algebra.SolveLower(_factor, algebra.Multiply(_transposed, output), transpose: true);
        return new TuckerFactors(output, core.Transpose(), _input);
    }
}
