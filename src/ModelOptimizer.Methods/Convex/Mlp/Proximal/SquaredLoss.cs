using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>f(U) = (1/2n)‖T − A(U)‖², or (1/2n)‖max(T − A(U), 0)‖² where only what is missing counts.</summary>
/// <param name="map">A.</param>
/// <param name="target">T, one column a sample.</param>
/// <param name="oneSided">Whether predictions above the target are as good as the target.</param>
internal sealed class SquaredLoss(ILinearMap map, Matrix target, bool oneSided = false)
{
    /// <summary>A.</summary>
    public ILinearMap Map => map;

    /// <summary>T.</summary>
    public Matrix Target => target;

    /// <summary>Whether the gradient is affine in U.</summary>
    public bool IsQuadratic => !oneSided;

    private int Samples => target.Columns;

    /// <summary>The residual R, of which f is the mean square: T − P or max(T − P, 0).</summary>
    public void Residual(Matrix prediction, Matrix residual) => Parallel.For(0, target.Rows, k =>
    {
        var row = residual.Row(k);
        TensorPrimitives.Subtract(target.Row(k), prediction.Row(k), row);
        if (oneSided)
        {
            TensorPrimitives.Max(row, 0, row);
        }
    });

    /// <summary>f, from the residual.</summary>
    public double Value(Matrix residual) => TensorPrimitives.SumOfSquares<double>(residual.Values) / (2 * Samples);

    /// <summary>∇f = −(1/n)·Aᵀ(R).</summary>
    public void Gradient(Matrix residual, Matrix gradient)
    {
        map.Adjoint(residual, gradient);
        TensorPrimitives.Multiply(gradient.Values, -1.0 / Samples, gradient.Values);
    }

    /// <summary>
    /// f(U⁺) − f(V) − ⟨∇f(V), U⁺ − V⟩ from the predictions A(U⁺) and A(V). As a sum of squares it keeps its digits where the three terms cancel.
    /// </summary>
    public double Remainder(Matrix to, Matrix from) =>
        Elements.Sum(target.Rows, k =>
            oneSided ? OneSidedRemainder(target.Row(k), to.Row(k), from.Row(k)) : Squared(TensorPrimitives.Distance<double>(to.Row(k), from.Row(k)))
        ) / (2 * Samples);

    /// <summary>max_j‖∇_j f(0)‖: from this weight of the norms on, zero is the minimum.</summary>
    public double LargestSlopeAtZero()
    {
        var (residual, gradient) = (new Matrix(target.Rows, target.Columns), new Matrix(map.Groups, map.Width));
        Residual(new Matrix(target.Rows, target.Columns), residual);
        Gradient(residual, gradient);
        return LargestNorm(gradient);
    }

    /// <summary>
    /// A lower bound of min f + Ω: the dual function D(θ) = (1/n)(⟨θ, T⟩ − ‖θ‖²/2) − Ω*((1/n)Aᵀθ) at the residual, scaled into {max_j‖(1/n)(Aᵀθ)_j‖ ≤ a} where
    /// Ω* = 0, or as it is where Ω* is finite everywhere and that is better.
    /// </summary>
    public double Dual(Matrix residual, Matrix gradient, GroupPenalty penalty)
    {
        var (linear, square) = (TensorPrimitives.Dot<double>(residual.Values, target.Values), TensorPrimitives.SumOfSquares<double>(residual.Values));
        var largest = LargestNorm(gradient);
        var scale = largest > penalty.Norm ? penalty.Norm / largest : 1;
        var feasible = scale * (linear - (scale * square / 2)) / Samples;
        return penalty.Ridge > 0 ? Math.Max(feasible, ((linear - (square / 2)) / Samples) - penalty.Conjugate(gradient)) : feasible;
    }

    private static double LargestNorm(Matrix gradient)
    {
        var largest = 0.0;
        for (var j = 0; j < gradient.Rows; j++)
        {
            largest = Math.Max(largest, TensorPrimitives.Norm<double>(gradient.Row(j)));
        }

        return largest;
    }

    // With z = t − p: z⁺²/2 − y⁺²/2 − y⁺(z − y) = (z⁺ − y⁺)²/2 + y⁺(z⁺ − z), both terms positive.
    private static double OneSidedRemainder(ReadOnlySpan<double> target, ReadOnlySpan<double> to, ReadOnlySpan<double> from)
    {
        var sum = 0.0;
        for (var i = 0; i < target.Length; i++)
        {
            var z = target[i] - to[i];
            var (positive, start) = (Math.Max(z, 0), Math.Max(target[i] - from[i], 0));
            sum += Squared(positive - start) + (2 * start * (positive - z));
        }

        return sum;
    }

    private static double Squared(double value) => value * value;
}

/// <summary>
/// A linear map A from groups of weights, one a row, to predictions, one column a sample. Results are written into matrices that the caller keeps.
/// </summary>
internal interface ILinearMap
{
    /// <summary>Rows of a weight matrix: the groups of the penalty.</summary>
    int Groups { get; }

    /// <summary>Columns of a weight matrix.</summary>
    int Width { get; }

    /// <summary><paramref name="prediction"/> ← A(<paramref name="weights"/>).</summary>
    void Apply(Matrix weights, Matrix prediction);

    /// <summary><paramref name="weights"/> ← Aᵀ(<paramref name="residual"/>).</summary>
    void Adjoint(Matrix residual, Matrix weights);
}
