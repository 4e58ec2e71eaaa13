namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>A Cholesky factorisation met a pivot that is not positive.</summary>
internal sealed class NotPositiveDefiniteException() : Exception("The matrix is not positive definite.");
