using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>X ← X·diag(1/‖x_j‖), with a column of ones appended first, for biases. A column of zeros stays zero, and so do the weights on it.</summary>
internal sealed class InputScaling
{
    private readonly double[] _factors;

    private InputScaling(double[] factors) => _factors = factors;

    /// <summary>The scaling that gives the columns of <paramref name="inputs"/>, n×d, norm 1.</summary>
    public static InputScaling Of(Matrix inputs)
    {
        var squares = new double[inputs.Columns + 1];
        for (var sample = 0; sample < inputs.Rows; sample++)
        {
            var row = inputs.Row(sample);
            TensorPrimitives.MultiplyAdd(row, row, squares.AsSpan(0, row.Length), squares);
        }

        squares[^1] = inputs.Rows;
        return new InputScaling([.. squares.Select(square => square > 0 ? 1 / Math.Sqrt(square) : 0)]);
    }

    /// <summary>The inputs of the convex problem.</summary>
    public Matrix Scale(Matrix inputs)
    {
        var scaled = new Matrix(inputs.Rows, _factors.Length);
        Parallel.For(0, inputs.Rows, sample =>
        {
            var row = scaled.Row(sample);
            TensorPrimitives.Multiply(inputs.Row(sample), _factors.AsSpan(0, inputs.Columns), row);
            row[^1] = _factors[^1];
        });
        return scaled;
    }

    /// <summary>The layer that gives on raw inputs what <paramref name="rows"/> give on scaled ones. Gates need it as much as weights do.</summary>
    public AffineLayer InInputUnits(Matrix rows)
    {
        var inputs = _factors.Length - 1;
        var weights = new Matrix(rows.Rows, inputs);
        var bias = new double[rows.Rows];
        for (var j = 0; j < rows.Rows; j++)
        {
            TensorPrimitives.Multiply(rows.Row(j)[..inputs], _factors.AsSpan(0, inputs), weights.Row(j));
            bias[j] = rows[j, inputs] * _factors[inputs];
        }

        return new AffineLayer(weights, bias);
    }
}
