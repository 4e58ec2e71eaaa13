using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Common;

/// <summary>Preconditioned conjugate gradients for a symmetric positive semi-definite operator on matrices.</summary>
internal sealed class ConjugateGradients(Func<Matrix, Matrix> product, Func<Matrix, Matrix> precondition, CancellationToken cancellation = default)
{
    /// <summary>Solves product(X) = <paramref name="right"/> from <paramref name="start"/>.</summary>
    public Matrix Solve(Matrix right, Matrix start, InnerAccuracy accuracy)
    {
        var solution = start.Clone();
        var x = solution.Values.AsSpan();
        var residual = product(start);
        TensorPrimitives.Subtract(right.Values, residual.Values, residual.Values);
        // Nothing is gained below the rounding of the right-hand side.
        var goal = Math.Max(accuracy.Reduction * TensorPrimitives.Norm<double>(residual.Values), 1e-14 * TensorPrimitives.Norm<double>(right.Values));
        var conditioned = precondition(residual);
        var direction = conditioned.Clone();
        var slope = TensorPrimitives.Dot<double>(residual.Values, conditioned.Values);
        for (var iteration = 0; iteration < accuracy.Iterations && TensorPrimitives.Norm<double>(residual.Values) > goal; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = product(direction);
            var curvature = TensorPrimitives.Dot<double>(direction.Values, image.Values);
            if (!(curvature > 0))
            {
                break;
            }

            var step = slope / curvature;
            TensorPrimitives.MultiplyAdd(direction.Values, step, x, x);
            TensorPrimitives.MultiplyAdd(image.Values, -step, residual.Values, residual.Values);
            conditioned = precondition(residual);
            var next = TensorPrimitives.Dot<double>(residual.Values, conditioned.Values);
            TensorPrimitives.MultiplyAdd(direction.Values, next / slope, conditioned.Values, direction.Values);
            slope = next;
        }

        return solution;
    }
}

/// <summary>When the inner solver of U_S stops.</summary>
/// <param name="Reduction">The residual's norm relative to that of the start.</param>
/// <param name="Iterations">The most products with the operator.</param>
internal readonly record struct InnerAccuracy(double Reduction, int Iterations)
{
    /// <summary>The published accuracy.</summary>
    public static InnerAccuracy Tight => new(1e-10, 2000);

    /// <summary>Enough for a sweep that is followed by others: the quadratic still falls, and the next sweep starts from here.</summary>
    public static InnerAccuracy Loose => new(0.03, 8);
}
