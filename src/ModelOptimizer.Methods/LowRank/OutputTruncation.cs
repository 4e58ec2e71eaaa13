using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// The closed form with a full input rank, hence for every 1×1 kernel and matrix: W~ = U_r·U_rᵀ·W with U_r the leading left singular vectors of
/// W·Σ^½, which are the eigenvectors of W·Σ·Wᵀ = W·Pᵀ; no root of Σ is taken.
/// </summary>
internal sealed class OutputTruncation
{
    private readonly KernelProblem _problem;
    private readonly Matrix _vectors;

    public OutputTruncation(KernelProblem problem)
    {
        _problem = problem;
        var algebra = problem.Algebra;
        if (problem.Outputs <= problem.Weight.Columns)
        {
            (var values, _vectors) = algebra.SymmetricEigen(Symmetric.Mean(algebra.Multiply(problem.Weight, problem.Product, transposeB: true)));
            Captured = values;
        }
        else
        {
            // W = Q·R has no more than D left singular vectors, all in the span of Q.
            var (basis, _) = algebra.Qr(problem.Weight);
            var inner = algebra.Multiply(
                algebra.Multiply(basis, problem.Weight, transposeA: true),
                algebra.Multiply(basis, problem.Product, transposeA: true),
                transposeB: true
            );
            (Captured, var vectors) = algebra.SymmetricEigen(Symmetric.Mean(inner));
            _vectors = algebra.Multiply(basis, vectors);
        }
    }

    /// <summary>Squared singular values of W·Σ^½, falling.</summary>
    public double[] Captured { get; }

    /// <summary>The sum of the discarded squared singular values, without cancellation.</summary>
    public double Error(int rank) => Math.Max(0, TensorPrimitives.Sum<double>(Captured.AsSpan(rank)));

    /// <summary>U_r (T×r) and U_rᵀ·W (r×D).</summary>
    public (Matrix Output, Matrix Core) Factors(int rank)
    {
        var output = _vectors.LeadingColumns(rank);
        return (output, _problem.Algebra.Multiply(output, _problem.Weight, transposeA: true));
    }
}
