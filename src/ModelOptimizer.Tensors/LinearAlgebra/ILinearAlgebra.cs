namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Dense float64 linear algebra: the seam for another backend. Implementations are deterministic and may be used from one thread at a time.</summary>
internal interface ILinearAlgebra
{
    /// <summary>op(a)·op(b).</summary>
    /// <param name="a">The left matrix.</param>
    /// <param name="b">The right matrix.</param>
    /// <param name="transposeA">Whether op(a) = aᵀ.</param>
    /// <param name="transposeB">Whether op(b) = bᵀ.</param>
    /// <param name="into">Where to write the result, and what is returned then; for large results made again and again. Null for a new matrix.</param>
    Matrix Multiply(Matrix a, Matrix b, bool transposeA = false, bool transposeB = false, Matrix? into = null);

    /// <summary>a·aᵀ, exactly symmetric.</summary>
    Matrix Gram(Matrix a);

    /// <summary>The lower factor C with C·Cᵀ = <paramref name="a"/>.</summary>
    /// <param name="a">Positive definite; what is above its diagonal is not read.</param>
    /// <param name="inPlace">Whether the factor may take the place of <paramref name="a"/>: what is above the diagonal then stays as it was.</param>
    /// <exception cref="NotPositiveDefiniteException"><paramref name="a"/> is not numerically positive definite.</exception>
    Matrix Cholesky(Matrix a, bool inPlace = false);

    /// <summary>The X with (C·Cᵀ)·X = <paramref name="b"/>, C lower triangular.</summary>
    Matrix CholeskySolve(Matrix factor, Matrix b);

    /// <summary>The X with C·X = <paramref name="b"/>, or Cᵀ·X = <paramref name="b"/>, C lower triangular.</summary>
    Matrix SolveLower(Matrix factor, Matrix b, bool transpose = false);

    /// <summary>
    /// Eigenvalues in falling order and orthonormal eigenvectors as columns of a symmetric matrix; the largest entry of each vector is positive.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="a"/> is not square, or has an entry that is no finite number.</exception>
    (double[] Values, Matrix Vectors) SymmetricEigen(Matrix a);

    /// <summary>The eigenvalues of a symmetric matrix alone, in falling order: several times faster than with their vectors.</summary>
    /// <exception cref="ArgumentException"><paramref name="a"/> is not square, or has an entry that is no finite number.</exception>
    double[] SymmetricEigenvalues(Matrix a);

    /// <summary>Thin singular value decomposition U·diag(s)·Vᵀ, s falling; the largest entry of each column of U is positive.</summary>
    /// <exception cref="ArgumentException"><paramref name="a"/> has an entry that is no finite number.</exception>
    (Matrix U, double[] S, Matrix Vt) Svd(Matrix a);

    /// <summary>
    /// Thin QR, R with a non-negative diagonal, Q with orthonormal columns whatever the rank. An entry that is no finite number makes others of both NaN.
    /// </summary>
    (Matrix Q, Matrix R) Qr(Matrix a);
}
