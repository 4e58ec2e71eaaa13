namespace ModelOptimizer.Methods.LowRank;

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
        _factor = Regularized.Cholesky(algebra, problem.Metric.CoreGram(input), jitter);
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
