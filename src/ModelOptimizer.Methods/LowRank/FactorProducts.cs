using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Factors multiplied out.</summary>
internal static class FactorProducts
{
    /// <summary>W~ of all groups below each other, T×(S·K), channel-major.</summary>
    /// <param name="factors">The factors.</param>
    /// <param name="algebra">For products.</param>
    /// <param name="groups">How many groups are in them.</param>
    public static Matrix Product(this FactorTensors factors, ILinearAlgebra algebra, int groups)
    {
        Matrix Of(Matrix stacked, int group) => FactorTensors.Group(stacked, group, groups);
        return FactorTensors.Stack(Enumerable.Range(0, groups).Select(group =>
        {
            var cores = factors.Cores.Select(core => Of(core.Weight, group));
            var inner = factors.Input is null ? cores.Single()
                : factors.Cores[0].Depthwise ? cores.Aggregate(Of(factors.Input, group), RowProducts)
                : Widened(algebra, cores.Single(), Of(factors.Input, group));
            return factors.Output is null ? inner : algebra.Multiply(Of(factors.Output, group), inner);
        }));
    }

    // Row r, column i·J + j: left[r,i]·right[r,j].
    private static Matrix RowProducts(Matrix left, Matrix right)
    {
        var product = new Matrix(left.Rows, left.Columns * right.Columns);
        for (var row = 0; row < product.Rows; row++)
        {
            for (var i = 0; i < left.Columns; i++)
            {
                TensorPrimitives.Multiply(right.Row(row), left[row, i], product.Row(row).Slice(i * right.Columns, right.Columns));
            }
        }

        return product;
    }

    // What the core does to narrowed channels at each tap, done to those that they are made of.
    private static Matrix Widened(ILinearAlgebra algebra, Matrix core, Matrix input)
    {
        var taps = core.Columns / input.Rows;
        var rows = TapOrder.ColumnsToTapMajor(core, taps).Reshape(core.Rows * taps, input.Rows);
        return TapOrder.ColumnsToChannelMajor(algebra.Multiply(rows, input).Reshape(core.Rows, taps * input.Columns), taps);
    }
}
