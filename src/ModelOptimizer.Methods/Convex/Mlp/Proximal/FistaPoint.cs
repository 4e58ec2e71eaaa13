using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex.Mlp.Proximal;

/// <summary>Weights with their prediction and gradient.</summary>
internal sealed class FistaPoint(SquaredLoss loss)
{
    public Matrix Weights { get; } = new(loss.Map.Groups, loss.Map.Width);

    public Matrix Prediction { get; } = new(loss.Target.Rows, loss.Target.Columns);

    public Matrix Gradient { get; } = new(loss.Map.Groups, loss.Map.Width);

    /// <summary>Becomes <paramref name="next"/> + <paramref name="momentum"/>·(<paramref name="next"/> − <paramref name="current"/>), of which the prediction is linear and a quadratic's gradient affine: no product is needed.</summary>
    public void Extrapolate(FistaPoint next, FistaPoint current, double momentum)
    {
        Combine(Weights, next.Weights, current.Weights, momentum);
        Combine(Prediction, next.Prediction, current.Prediction, momentum);
        if (loss.IsQuadratic)
        {
            Combine(Gradient, next.Gradient, current.Gradient, momentum);
        }
    }

    private static void Combine(Matrix result, Matrix next, Matrix current, double momentum) => Parallel.For(0, result.Rows, j =>
    {
        var row = result.Row(j);
        TensorPrimitives.Subtract(next.Row(j), current.Row(j), row);
        TensorPrimitives.MultiplyAdd(row, momentum, next.Row(j), row);
    });
}
