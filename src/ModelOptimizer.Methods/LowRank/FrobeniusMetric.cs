namespace ModelOptimizer.Methods.LowRank;

/// <summary>Σ = I: the plain Frobenius problem, whose input step is closed.</summary>
internal sealed class FrobeniusMetric(ILinearAlgebra algebra, int taps) : IKernelMetric
{
    public Matrix Times(Matrix rows) => rows.Clone();

    public Matrix? MeanRoot() => null;

    public Matrix CoreGram(Matrix inputFactor)
    {
        var gram = algebra.Multiply(inputFactor, inputFactor, transposeA: true);
        var rank = gram.Rows;
        var result = new Matrix(taps * rank, taps * rank);
        for (var k = 0; k < taps; k++)
        {
            for (var q = 0; q < rank; q++)
            {
                gram.Row(q).CopyTo(result.Row((k * rank) + q)[(k * rank)..]);
            }
        }

        return result;
    }

    public Matrix SolveInput(Matrix gramOfCore, Matrix right, Matrix start, InnerAccuracy accuracy)
    {
        var factor = Regularized.Cholesky(algebra, TapSums.OfDiagonalBlocks(gramOfCore, taps), Jitter.Relative);
        return algebra.CholeskySolve(factor, right);
    }
}
