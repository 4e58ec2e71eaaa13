using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// The normal equations of an axis' factor, extent·R unknowns: [Q[(h,r),(h',r')]·(U_TᵀU_T)[r,r'] + ρI]·vec(U_H) = right-hand side, with Q as in
/// <see cref="CpProjections.Gram"/>. Assembled and factored, or matrix-free by conjugate gradients.
/// </summary>
internal sealed class AxisSystem(KernelProblem problem, Jitter jitter, CancellationToken cancellation)
{
    public Matrix SolveDense(CpFactors factors, CpProjections projections, int axis, double ridge)
    {
        var (grid, rank, extent) = (TapGrid.Of(factors), factors.Rank, factors.Axes[axis].Rows);
        var others = factors.TapsWithout(axis);
        var outputs = problem.Algebra.Multiply(factors.Output, factors.Output, transposeA: true);
        var system = projections.Gram(others, tap => grid.Place(tap, axis), extent);
        for (var row = 0; row < system.Rows; row++)
        {
            for (var place = 0; place < extent; place++)
            {
                var block = system.Row(row).Slice(place * rank, rank);
                TensorPrimitives.Multiply(block, outputs.Row(row % rank), block);
            }

            system[row, row] += ridge;
        }

        var right = Gathered(others, projections.Correlation(factors.Output), grid, axis).Reshape(extent * rank, 1);
        var factor = Regularized.Cholesky(problem.Algebra, Symmetric.Mean(system), jitter, inPlace: true);
        return problem.Algebra.CholeskySolve(factor, right).Reshape(extent, rank);
    }

    public Matrix SolveIteratively(CpFactors factors, CpProjections projections, int axis, double ridge, InnerAccuracy accuracy)
    {
        var (grid, others, input) = (TapGrid.Of(factors), factors.TapsWithout(axis), factors.Input.Transpose());
        var outputs = problem.Algebra.Multiply(factors.Output, factors.Output, transposeA: true);

        Matrix Product(Matrix factor)
        {
            var taps = new Matrix(others.Rows, others.Columns);
            for (var k = 0; k < taps.Rows; k++)
            {
                TensorPrimitives.Multiply(others.Row(k), factor.Row(grid.Place(k, axis)), taps.Row(k));
            }

            var image = problem.Metric.Times(problem.Algebra.Multiply(outputs, CpFactors.Expanded(taps, input)));
            var result = Gathered(others, CpFactors.Contracted(image, input), grid, axis);
            TensorPrimitives.MultiplyAdd(factor.Values, ridge, result.Values, result.Values);
            return result;
        }

        var (places, components) = Preconditioner(others, factors.Input, outputs, grid, axis, ridge);
        return new ConjugateGradients(
            Product,
            residual => problem.Algebra.Multiply(places, problem.Algebra.Multiply(residual, components)),
            cancellation).Solve(Gathered(others, projections.Correlation(factors.Output), grid, axis), factors.Axes[axis], accuracy);
    }

    // Of Σ only what places of the axis have in common, the same for all channels and all other places, times what components have in common.
    private (Matrix Places, Matrix Components) Preconditioner(Matrix others, Matrix input, Matrix outputs, TapGrid grid, int axis, double ridge)
    {
        var taps = problem.TapMoment;
        var places = new Matrix(grid.Extents[axis], grid.Extents[axis]);
        for (var k = 0; k < taps.Rows; k++)
        {
            for (var other = 0; other < taps.Rows; other++)
            {
                if (grid.IsSameElsewhere(k, other, axis))
                {
                    places[grid.Place(k, axis), grid.Place(other, axis)] += taps[k, other];
                }
            }
        }

        var mean = Enumerable.Range(0, places.Rows).Average(place => places[place, place]);
        if (mean > 0)
        {
            TensorPrimitives.Divide(places.Values, mean, places.Values);
        }

        var components = problem.Algebra.Multiply(others, others, transposeA: true);
        TensorPrimitives.Multiply(components.Values, problem.Algebra.Multiply(input, input, transposeA: true).Values, components.Values);
        TensorPrimitives.Multiply(components.Values, outputs.Values, components.Values);
        TensorPrimitives.Multiply(components.Values, mean / (problem.Inputs * (grid.Taps / places.Rows)), components.Values);
        for (var r = 0; r < components.Rows; r++)
        {
            components[r, r] += ridge;
        }

        return (Inverse(places), Inverse(components));
    }

    private Matrix Inverse(Matrix matrix) =>
        Symmetric.Mean(problem.Algebra.CholeskySolve(
            Regularized.Cholesky(problem.Algebra, Symmetric.Mean(matrix), jitter),
            Matrix.Identity(matrix.Rows)));

    // Σ over the taps k of a place of others[k,r]·values[k,r], extent×R.
    private static Matrix Gathered(Matrix others, Matrix values, TapGrid grid, int axis)
    {
        var result = new Matrix(grid.Extents[axis], others.Columns);
        for (var k = 0; k < others.Rows; k++)
        {
            var row = result.Row(grid.Place(k, axis));
            TensorPrimitives.MultiplyAdd(others.Row(k), values.Row(k), row, row);
        }

        return result;
    }
}
