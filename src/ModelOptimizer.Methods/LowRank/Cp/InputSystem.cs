using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>The normal equations of U_S, of size S·R: assembled and factored while that is small, matrix-free by conjugate gradients beyond.</summary>
internal sealed class InputSystem(KernelProblem problem, Jitter jitter, CancellationToken cancellation)
{
    private const int LargestDense = 256;

    private Matrix? _meanInverse;

    public Matrix Solve(CpFactors factors, double ridge, InnerAccuracy accuracy) =>
        problem.Inputs * factors.Rank <= LargestDense ? SolveDense(factors, ridge) : SolveIteratively(factors, ridge, accuracy);

    internal Matrix SolveDense(CpFactors factors, double ridge)
    {
        var (taps, outputs, right) = Parts(factors);
        var (rank, inputs) = (factors.Rank, problem.Inputs);
        var unit = new Matrix(rank * inputs, taps.Rows * inputs);
        for (var row = 0; row < unit.Rows; row++)
        {
            for (var k = 0; k < taps.Rows; k++)
            {
                unit[row, (k * inputs) + (row % inputs)] = taps[k, row / inputs];
            }
        }

        // Row (r,s): Σ_k c[k,r]·Σ[(k,s),·]; contracted with c[·,r'] it is the block (r,r').
        var weighted = problem.Metric.Times(unit);
        var system = new Matrix(unit.Rows, unit.Rows);
        for (var row = 0; row < system.Rows; row++)
        {
            for (var other = 0; other < rank; other++)
            {
                var block = system.Row(row).Slice(other * inputs, inputs);
                for (var k = 0; k < taps.Rows; k++)
                {
                    TensorPrimitives.MultiplyAdd(weighted.Row(row).Slice(k * inputs, inputs), taps[k, other] * outputs[row / inputs, other], block, block);
                }
            }

            system[row, row] += ridge;
        }

        var factor = Regularized.Cholesky(problem.Algebra, Symmetric.Mean(system), jitter, inPlace: true);
        return problem.Algebra.CholeskySolve(factor, right.Reshape(unit.Rows, 1)).Reshape(rank, inputs).Transpose();
    }

    internal Matrix SolveIteratively(CpFactors factors, double ridge, InnerAccuracy accuracy)
    {
        var (taps, outputs, right) = Parts(factors);
        var mean = problem.Algebra.Multiply(taps, taps, transposeA: true);
        TensorPrimitives.Multiply(mean.Values, outputs.Values, mean.Values);
        for (var i = 0; i < mean.Rows; i++)
        {
            mean[i, i] += ridge;
        }

        // Σ̄ ⊗ H̄, the sums of both factors' diagonal blocks, has the operator's scale in every direction.
        var inverse = Inverse(Regularized.Cholesky(problem.Algebra, Symmetric.Mean(mean), jitter));
        if (problem.Metric.MeanRoot() is { } root)
        {
            _meanInverse ??= Inverse(root);
        }

        Matrix Precondition(Matrix residual)
        {
            var conditioned = problem.Algebra.Multiply(inverse, residual);
            return _meanInverse is null ? conditioned : problem.Algebra.Multiply(conditioned, _meanInverse);
        }

        return new ConjugateGradients(x => Product(taps, outputs, ridge, x), Precondition, cancellation)
            .Solve(right, factors.Input.Transpose(), accuracy)
            .Transpose();
    }

    // c (K×R), U_TᵀU_T (R×R) and the right-hand side Σ_k c[k,r]·(U_TᵀP)[r,(k,s)] (R×S).
    private (Matrix Taps, Matrix Outputs, Matrix Right) Parts(CpFactors factors)
    {
        var taps = factors.Taps();
        return (
            taps,
            problem.Algebra.Multiply(factors.Output, factors.Output, transposeA: true),
            Contracted(problem.Algebra.Multiply(factors.Output, problem.Product, transposeA: true), taps));
    }

    // Yᵀ[r,s] = Σ_k c[k,r]·V[(k,s),r] + ρ·X, V = Σ·(Zx·U_TᵀU_T), Zx[(k,s),r] = c[k,r]·X[s,r]; all transposed.
    private Matrix Product(Matrix taps, Matrix outputs, double ridge, Matrix transposed)
    {
        var mixed = problem.Algebra.Multiply(outputs, CpFactors.Expanded(taps, transposed));
        var result = Contracted(problem.Metric.Times(mixed), taps);
        TensorPrimitives.MultiplyAdd(transposed.Values, ridge, result.Values, result.Values);
        return result;
    }

    private Matrix Contracted(Matrix rows, Matrix taps)
    {
        var result = new Matrix(rows.Rows, problem.Inputs);
        for (var r = 0; r < rows.Rows; r++)
        {
            for (var k = 0; k < taps.Rows; k++)
            {
                TensorPrimitives.MultiplyAdd(rows.Row(r).Slice(k * problem.Inputs, problem.Inputs), taps[k, r], result.Row(r), result.Row(r));
            }
        }

        return result;
    }

    private Matrix Inverse(Matrix factor) => Symmetric.Mean(problem.Algebra.CholeskySolve(factor, Matrix.Identity(factor.Rows)));
}
