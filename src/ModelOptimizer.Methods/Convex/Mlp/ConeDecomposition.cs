using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// u = v − w with X̃v ≥ 0 and X̃w ≥ 0, X̃ = (2D − I)X: then max(Xv, 0) − max(Xw, 0) = DXu on the training samples, and a gated neuron is two neurons of a ReLU
/// network, or one where w = 0.
/// </summary>
/// <param name="Groups">The rows of U that are not zero.</param>
/// <param name="Positive">v for each of them.</param>
/// <param name="Negative">w for each of them.</param>
internal sealed record ConeDecomposition(IReadOnlyList<int> Groups, Matrix Positive, Matrix Negative)
{
    // ρ, the published weight of ‖w‖.
    private static readonly GroupPenalty Penalty = new(1e-10);

    // The squared subgradient as a share of its start. The published 1e-10, absolute, leaves so much of b uncovered that covering it by g makes w up to seventy
    // times as long.
    private const double Tolerance = 1e-14;

    /// <summary>Bytes that decomposing so many groups holds: about ten matrices of their values on the samples, and nine of their weights.</summary>
    public static double Bytes(double n, double d, double groups) => sizeof(double) * groups * ((10 * n) + (9 * d));

    /// <summary>Decomposes the groups of the convex problem's U.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="inputs">X, n×d.</param>
    /// <param name="gates">The gates of U on these inputs.</param>
    /// <param name="weights">U; row k·p + i is u_{i,k}.</param>
    /// <param name="cancellation">Ends the run between iterations.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ConeDecomposition Of(ILinearAlgebra algebra, Matrix inputs, Gates gates, Matrix weights, CancellationToken cancellation)
    {
        var groups = weights.NonZeroRows();
        int[] gateOf = [.. groups.Select(group => group % gates.Directions.Rows)];
        var (directions, signs) = (gates.Directions.RowsAt(gateOf), Signs(gates.Patterns.RowsAt(gateOf)));
        var cones = new ConeRows(algebra, inputs, signs);
        Matrix Values(Matrix rows)
        {
            var values = new Matrix(signs.Rows, signs.Columns);
            cones.Apply(rows, values);
            return values;
        }

        // min ½n⁻¹‖(b − X̃w)₊‖² + ρ‖w‖ with b = max(−X̃u, 0), for all neurons at once, each with ‖u‖ = 1 so that all are as accurate: w is proportional to u.
        var (positive, norms) = Normalised(weights.RowsAt(groups));
        var bound = Values(positive);
        TensorPrimitives.Negate(bound.Values, bound.Values);
        TensorPrimitives.Max(bound.Values, 0, bound.Values);
        var loss = new SquaredLoss(cones, bound, oneSided: true);
        var slope = loss.LargestSlopeAtZero();
        var negative = new RestartedFista(
            loss,
            Penalty,
            new FistaSettings
            {
                Step = 1,
                Tolerance = Tolerance * slope * slope,
                Cancellation = cancellation,
            }
        ).Solve().Weights;
        var missing = Values(negative);
        loss.Residual(missing, missing);
        var margins = Values(directions);
        Parallel.For(0, groups.Count, j =>
        {
            Complete(negative.Row(j), directions.Row(j), missing.Row(j), bound.Row(j), margins.Row(j));
            TensorPrimitives.Multiply(negative.Row(j), norms[j], negative.Row(j));
            TensorPrimitives.MultiplyAdd(positive.Row(j), norms[j], negative.Row(j), positive.Row(j));
        });
        return new ConeDecomposition(groups, positive, negative);
    }

    /// <summary>Adds to w the t·g that it lacks, or takes t·g alone, the closed form, where that is shorter: X̃g is |Xg|, positive on every sample.</summary>
    private static void Complete(Span<double> w, ReadOnlySpan<double> g, ReadOnlySpan<double> missing, ReadOnlySpan<double> bound, ReadOnlySpan<double> margin)
    {
        TensorPrimitives.MultiplyAdd(g, LeastMultiple(missing, margin), w, w);
        var alone = LeastMultiple(bound, margin);
        if (alone * TensorPrimitives.Norm(g) < TensorPrimitives.Norm<double>(w))
        {
            TensorPrimitives.Multiply(g, alone, w);
        }
    }

    // The least t with t·margin ≥ missing. A sample on the gate's own plane, which Gaussian gates miss, is not counted.
    private static double LeastMultiple(ReadOnlySpan<double> missing, ReadOnlySpan<double> margin)
    {
        var multiple = 0.0;
        for (var i = 0; i < missing.Length; i++)
        {
            multiple = missing[i] > 0 && margin[i] > 0 ? Math.Max(multiple, missing[i] / margin[i]) : multiple;
        }

        return multiple;
    }

    private static (Matrix Rows, double[] Norms) Normalised(Matrix rows)
    {
        var norms = new double[rows.Rows];
        for (var j = 0; j < rows.Rows; j++)
        {
            norms[j] = TensorPrimitives.Norm<double>(rows.Row(j));
            TensorPrimitives.Divide(rows.Row(j), norms[j], rows.Row(j));
        }

        return (rows, norms);
    }

    // 2D − I, in place.
    private static Matrix Signs(Matrix patterns)
    {
        foreach (ref var value in patterns.Values.AsSpan())
        {
            value = (2 * value) - 1;
        }

        return patterns;
    }
}

/// <summary>W ↦ [X̃_jw_j], row j = (2D_j − I)Xw_j: a neuron is in its cone where its row is not negative.</summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="inputs">X, n×d.</param>
/// <param name="signs">The diagonals of the 2D_j − I as rows, one for each neuron.</param>
internal sealed class ConeRows(ILinearAlgebra algebra, Matrix inputs, Matrix signs) : ILinearMap
{
    private readonly Matrix _products = new(signs.Rows, signs.Columns);

    public int Groups => signs.Rows;

    public int Width => inputs.Columns;

    public void Apply(Matrix weights, Matrix prediction)
    {
        algebra.Multiply(weights, inputs, transposeB: true, into: prediction);
        Parallel.For(0, signs.Rows, j => TensorPrimitives.Multiply(signs.Row(j), prediction.Row(j), prediction.Row(j)));
    }

    public void Adjoint(Matrix residual, Matrix weights)
    {
        Parallel.For(0, signs.Rows, j => TensorPrimitives.Multiply(signs.Row(j), residual.Row(j), _products.Row(j)));
        algebra.Multiply(_products, inputs, into: weights);
    }
}
