using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Eigendecomposition of a symmetric matrix: reduction to tridiagonal form, divide and conquer, and the reduction's reflections on the vectors.
/// </summary>
internal static class SymmetricEigen
{
    /// <summary>Eigenvalues, falling, and eigenvectors as columns, the largest entry of each positive; the upper triangle is not read.</summary>
    public static (double[] Values, Matrix Vectors) Of(HostProduct product, Matrix a)
    {
        var scale = Finite.Scale(Finite.LargestOfLower(a));
        using var workers = Workers.For(a.Rows);
        var reduced = Tridiagonalisation.Of(product, workers, new BlockRows(a, scale));
        var z = DivideAndConquer.Vectors(product, workers, reduced.Diagonal, reduced.Beside);
        return (Falling(reduced.Diagonal, scale), BackTransformation.Apply(product, workers, reduced, z));
    }

    /// <summary>Eigenvalues, falling; the upper triangle is not read.</summary>
    public static double[] ValuesOf(HostProduct product, Matrix a)
    {
        var scale = Finite.Scale(Finite.LargestOfLower(a));
        using var workers = Workers.For(a.Rows);
        var reduced = Tridiagonalisation.Of(product, workers, new BlockRows(a, scale));
        DivideAndConquer.Values(product, workers, reduced.Diagonal, reduced.Beside);
        return Falling(reduced.Diagonal, scale);
    }

    private static double[] Falling(double[] rising, double scale)
    {
        Array.Reverse(rising);
        TensorPrimitives.Divide(rising, scale, rising);
        return rising;
    }
}
