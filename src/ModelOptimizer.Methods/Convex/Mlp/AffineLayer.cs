using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>x ↦ Wx + b.</summary>
/// <param name="Weights">W, one unit a row.</param>
/// <param name="Bias">b; null for none.</param>
internal sealed record AffineLayer(Matrix Weights, double[]? Bias = null)
{
    /// <summary>The units' values on <paramref name="inputs"/>, n×d: one row a unit, one column a sample.</summary>
    public Matrix Apply(ILinearAlgebra algebra, Matrix inputs)
    {
        var values = algebra.Multiply(Weights, inputs, transposeB: true);
        if (Bias is not null)
        {
            Elements.AddToRows(values, Bias);
        }

        return values;
    }

    /// <summary>Whether a unit is above zero whatever the inputs are.</summary>
    public bool IsAlwaysPositive(int unit) => Bias is { } bias && bias[unit] > 0 && !Weights.Row(unit).ContainsAnyExcept(0);

    /// <summary>Some of the units, in the order given.</summary>
    public AffineLayer Only(IReadOnlyList<int> units) => new(Weights.RowsAt(units), Bias is { } bias ? [.. units.Select(unit => bias[unit])] : null);
}

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

/// <summary>Rows of a matrix by their numbers.</summary>
internal static class MatrixRows
{
    /// <summary>The rows at <paramref name="indices"/>, copied.</summary>
    public static Matrix RowsAt(this Matrix matrix, IReadOnlyList<int> indices)
    {
        var rows = new Matrix(indices.Count, matrix.Columns);
        for (var j = 0; j < indices.Count; j++)
        {
            matrix.Row(indices[j]).CopyTo(rows.Row(j));
        }

        return rows;
    }

    /// <summary>The numbers of the rows that are not zero.</summary>
    public static IReadOnlyList<int> NonZeroRows(this Matrix matrix) => [.. Enumerable.Range(0, matrix.Rows).Where(j => matrix.Row(j).ContainsAnyExcept(0))];
}

/// <summary>
/// Groups as neurons: w = u/√‖u‖ and a = ±√‖u‖, of all splits of u = w·|a| the one with the least (‖w‖² + a²)/2, which is ‖u‖. Groups of zero are no neurons.
/// </summary>
/// <param name="Groups">The row of the groups that each neuron is from, rising.</param>
/// <param name="Weights">The w as rows, M×d.</param>
/// <param name="Output">The a in the neurons' columns, c×M.</param>
internal sealed record Neurons(IReadOnlyList<int> Groups, Matrix Weights, Matrix Output)
{
    /// <summary>The neurons of <paramref name="groups"/>, the rows u.</summary>
    /// <param name="groups">One group a row.</param>
    /// <param name="outputs">c.</param>
    /// <param name="outputOf">The output that a group adds to.</param>
    /// <param name="signOf">The sign of a group's a.</param>
    public static Neurons Of(Matrix groups, int outputs, Func<int, int> outputOf, Func<int, int> signOf)
    {
        var kept = groups.NonZeroRows();
        var weights = groups.RowsAt(kept);
        var output = new Matrix(outputs, kept.Count);
        for (var j = 0; j < kept.Count; j++)
        {
            var row = weights.Row(j);
            var root = Math.Sqrt(TensorPrimitives.Norm<double>(row));
            TensorPrimitives.Divide(row, root, row);
            output[outputOf(kept[j]), j] = signOf(kept[j]) * root;
        }

        return new Neurons(kept, weights, output);
    }
}
