namespace ModelOptimizer.Methods.Common;

/// <summary>Cholesky factors of matrices that are semi-definite where input channels are dead or windows too few.</summary>
internal static class Regularized
{
    // Below this share of the mean diagonal a pivot is rounding noise, and the solution along it would be noise too.
    private const double PivotFloor = 1e-13;

    /// <summary>The lower factor of <paramref name="matrix"/>, with as little jitter as it takes.</summary>
    /// <param name="algebra">Factors it.</param>
    /// <param name="matrix">Symmetric.</param>
    /// <param name="jitter">What is added to its diagonal.</param>
    /// <param name="inPlace">
    /// Whether <paramref name="matrix"/> is not needed any more: the factor takes its place, and what is above the diagonal there has no meaning. It is zero
    /// elsewhere.
    /// </param>
    /// <exception cref="NotPositiveDefiniteException">Not even the largest jitter helped.</exception>
    public static Matrix Cholesky(ILinearAlgebra algebra, Matrix matrix, Jitter jitter, bool inPlace = false)
    {
        var mean = MeanDiagonal(matrix);
        double[] diagonal = inPlace ? [.. Enumerable.Range(0, matrix.Rows).Select(i => matrix[i, i])] : [];
        if (TryFactor(algebra, matrix, jitter == Jitter.Relative ? PivotFloor * mean : 0, inPlace) is { } plain)
        {
            return plain;
        }

        var (unit, last) = jitter == Jitter.Relative ? (mean > 0 ? mean : 1, 1e-2) : (1.0, 1e-3);
        for (var step = jitter == Jitter.Relative ? 1e-8 : 1e-9; step <= last * 1.001; step *= 10)
        {
            var shifted = inPlace ? Restored(matrix, diagonal) : matrix.Clone();
            for (var i = 0; i < shifted.Rows; i++)
            {
                shifted[i, i] += step * unit;
            }

            if (TryFactor(algebra, shifted, 0, inPlace) is { } factor)
            {
                return factor;
            }
        }

        throw new NotPositiveDefiniteException();
    }

    // What is above the diagonal was left as it was.
    private static Matrix Restored(Matrix matrix, double[] diagonal)
    {
        for (var i = 0; i < matrix.Rows; i++)
        {
            for (var j = 0; j < i; j++)
            {
                matrix[i, j] = matrix[j, i];
            }

            matrix[i, i] = diagonal[i];
        }

        return matrix;
    }

    private static Matrix? TryFactor(ILinearAlgebra algebra, Matrix matrix, double floor, bool inPlace)
    {
        try
        {
            var factor = algebra.Cholesky(matrix, inPlace);
            for (var i = 0; i < factor.Rows; i++)
            {
                if (!(factor[i, i] * factor[i, i] > floor))
                {
                    return null;
                }
            }

            return factor;
        }
        catch (NotPositiveDefiniteException)
        {
            return null;
        }
    }

    /// <summary>The trace, divided by the size.</summary>
    public static double MeanDiagonal(Matrix matrix)
    {
        var sum = 0.0;
        for (var i = 0; i < matrix.Rows; i++)
        {
            sum += matrix[i, i];
        }

        return sum / matrix.Rows;
    }
}

/// <summary>What is added to the diagonal of a matrix that cannot be factored.</summary>
internal enum Jitter
{
    /// <summary>1e-8, 1e-7 … times the mean diagonal: independent of the data's scale.</summary>
    Relative,

    /// <summary>1e-9, 1e-8 … 1e-3 as they are, as the authors do.</summary>
    Published,
}

/// <summary>Removes the asymmetry that rounding leaves in a symmetric matrix.</summary>
internal static class Symmetric
{
    /// <summary>(M + Mᵀ)/2, in place.</summary>
    public static Matrix Mean(Matrix matrix)
    {
        for (var i = 0; i < matrix.Rows; i++)
        {
            for (var j = 0; j < i; j++)
            {
                matrix[i, j] = matrix[j, i] = (matrix[i, j] + matrix[j, i]) / 2;
            }
        }

        return matrix;
    }
}

/// <summary>Singular vectors through the smaller Gram matrix: only subspaces and sums of squares are needed, which it gives to full accuracy.</summary>
internal static class Dominant
{
    /// <summary>Squared singular values (falling) and left singular vectors of Nᵀ's transpose N, given <paramref name="transposed"/> = Nᵀ.</summary>
    public static (double[] Squares, Matrix Vectors) LeftVectorsOfTranspose(ILinearAlgebra algebra, Matrix transposed)
    {
        if (transposed.Columns <= transposed.Rows)
        {
            var (values, vectors) = algebra.SymmetricEigen(Symmetric.Mean(algebra.Multiply(transposed, transposed, transposeA: true)));
            return (Clip(values), vectors);
        }

        var (squares, right) = algebra.SymmetricEigen(Symmetric.Mean(algebra.Multiply(transposed, transposed, transposeB: true)));
        var (left, _) = algebra.Qr(algebra.Multiply(transposed, right, transposeA: true));
        return (Clip(squares), left);
    }

    private static double[] Clip(double[] values) => [.. values.Select(value => Math.Max(0, value))];
}
