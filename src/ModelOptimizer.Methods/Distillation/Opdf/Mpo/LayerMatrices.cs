namespace ModelOptimizer.Methods.Distillation;

/// <summary>A layer's weight as matrices, one for each channel group: as stored for a Gemm or MatMul, outputs × (inputs·taps) for a Conv.</summary>
internal static class LayerMatrices
{
    /// <summary>Number of groups, and the size of the matrix of each.</summary>
    public static (int Groups, int Rows, int Columns) Size(WeightLayer layer)
    {
        var groups = layer.Window?.Group ?? 1;
        var rows = (int)layer.WeightShape[0] / groups;
        return (groups, rows, (int)(layer.WeightCount / groups / rows));
    }

    /// <summary>The matrices.</summary>
    /// <param name="layer">A layer without an obstacle.</param>
    /// <param name="constants">The constants of its model.</param>
    /// <param name="transposed">Whether to read each as stored the other way round.</param>
    public static IReadOnlyList<Matrix> Read(WeightLayer layer, ConstantLookup constants, bool transposed = false)
    {
        var values = WeightValues.ReadDoubles(constants[layer.Weight]);
        var (groups, rows, columns) = Size(layer);
        var length = rows * columns;
        return [.. Enumerable.Range(0, groups).Select(group => new Matrix(rows, columns, values[(group * length)..((group + 1) * length)])).Select(matrix => transposed ? matrix.Transpose() : matrix)];
    }

    /// <summary>Whether one of the two layers stores the transpose of what the other stores.</summary>
    public static bool AreCrossed(WeightLayer layer, WeightLayer other) => StoredWeight.IsTransposed(layer) != StoredWeight.IsTransposed(other);
}
