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
