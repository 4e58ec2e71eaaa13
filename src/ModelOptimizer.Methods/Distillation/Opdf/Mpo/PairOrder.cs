namespace ModelOptimizer.Methods.Distillation;

/// <summary>Between a matrix with indices (i_1…i_n),(j_1…j_n) and the order (i_1,j_1,…,i_n,j_n) that is cut into tensors; all row-major, the first factor slowest.</summary>
internal static class PairOrder
{
    /// <summary>The extents [i_1…i_n, j_1…j_n] without those that are 1, and which of them stands where in the other order.</summary>
    public static (int[] Extents, int[] Order) Of(MpoShape shape)
    {
        List<(int Position, int Extent)> sides = [.. shape.Rows.Concat(shape.Columns).Select((extent, position) => (position, extent)).Where(side => side.extent > 1)];
        var pairs = Enumerable.Range(0, shape.Count).SelectMany(k => new[] { k, shape.Count + k });
        return ([.. sides.Select(side => side.Extent)], [.. pairs.Select(position => sides.FindIndex(side => side.Position == position)).Where(index => index >= 0)]);
    }

    /// <summary>The numbers of a matrix in the order of the pairs.</summary>
    public static double[] FromMatrix(Matrix matrix, MpoShape shape)
    {
        var result = new double[matrix.Values.Length];
        var (extents, order) = Of(shape);
        var to = 0;
        foreach (var from in Offsets(extents, order))
        {
            result[to++] = matrix.Values[from];
        }

        return result;
    }

    /// <summary>The matrix of numbers in the order of the pairs.</summary>
    public static Matrix ToMatrix(double[] pairs, MpoShape shape)
    {
        var result = new Matrix(shape.RowExtent, shape.ColumnExtent);
        var (extents, order) = Of(shape);
        var from = 0;
        foreach (var to in Offsets(extents, order))
        {
            result.Values[to] = pairs[from++];
        }

        return result;
    }

    // Places in the matrix, in the order of the pairs.
    private static IEnumerable<int> Offsets(int[] extents, int[] order)
    {
        var strides = new int[extents.Length];
        var count = 1;
        for (var axis = extents.Length - 1; axis >= 0; axis--)
        {
            (strides[axis], count) = (count, count * extents[axis]);
        }

        var index = new int[extents.Length];
        var offset = 0;
        for (var done = 0; done < count; done++)
        {
            yield return offset;
            for (var last = order.Length - 1; last >= 0; last--)
            {
                var axis = order[last];
                offset += strides[axis];
                if (++index[axis] < extents[axis])
                {
                    break;
                }

                offset -= strides[axis] * extents[axis];
                index[axis] = 0;
            }
        }
    }
}
