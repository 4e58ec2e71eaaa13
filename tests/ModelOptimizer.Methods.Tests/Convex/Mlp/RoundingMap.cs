using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

/// <summary>A map that rounds differently each time it is applied, as sums in another order do.</summary>
internal sealed class RoundingMap(ILinearMap map) : ILinearMap
{
    private readonly Random64 _random = new(1);

    public int Groups => map.Groups;

    public int Width => map.Width;

    public void Apply(Matrix weights, Matrix prediction)
    {
        map.Apply(weights, prediction);
        foreach (ref var value in prediction.Values.AsSpan())
        {
            value *= 1 + (1e-15 * _random.Normal());
        }
    }

    public void Adjoint(Matrix residual, Matrix weights) => map.Adjoint(residual, weights);
}
