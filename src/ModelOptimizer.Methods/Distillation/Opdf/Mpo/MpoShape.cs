namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// How an I×J matrix is cut into n cores G_k of r_{k−1}×i_k×j_k×r_k: I = Π i_k, J = Π j_k. Factors of 1 are allowed; between the outer ones they make a core a
/// plain r×r matrix.
/// </summary>
internal sealed class MpoShape
{
    /// <summary>A shape with the full bonds r_k = min(Π_{m≤k} i_m·j_m, Π_{m>k} i_m·j_m).</summary>
    /// <param name="rows">i_1…i_n.</param>
    /// <param name="columns">j_1…j_n, as many.</param>
    public MpoShape(IReadOnlyList<int> rows, IReadOnlyList<int> columns)
    {
        if (rows.Count != columns.Count || rows.Count < 2 || rows.Concat(columns).Any(factor => factor < 1))
        {
            throw new ArgumentException($"({string.Join(",", rows)})×({string.Join(",", columns)}) is not a shape of a matrix product operator", nameof(rows));
        }

        (Rows, Columns) = (rows, columns);
        Modes = [.. rows.Zip(columns, (row, column) => row * column)];
        Bonds = [1, .. TensorTrainRanks.Full(Modes), 1];
    }

    /// <summary>i_1…i_n.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>j_1…j_n.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>i_1·j_1…i_n·j_n.</summary>
    public IReadOnlyList<int> Modes { get; }

    /// <summary>r_0…r_n; the first and the last are 1.</summary>
    public IReadOnlyList<int> Bonds { get; }

    /// <summary>n.</summary>
    public int Count => Modes.Count;

    /// <summary>The index of the central core; all others are auxiliary.</summary>
    public int Center => (Count - 1) / 2;

    /// <summary>I.</summary>
    public int RowExtent => Rows.Product();

    /// <summary>J.</summary>
    public int ColumnExtent => Columns.Product();

    /// <summary>N = Σ r_{k−1}·i_k·j_k·r_k.</summary>
    public long Parameters => Enumerable.Range(0, Count).Sum(Elements);

    /// <summary>N/(I·J), the over-parameterisation rate.</summary>
    public double Rate => Parameters / ((double)RowExtent * ColumnExtent);

    /// <summary>r_{k−1}·i_k·j_k·r_k.</summary>
    public long Elements(int k) => (long)Bonds[k] * Modes[k] * Bonds[k + 1];

    /// <summary>The factors as the paper writes them, <c>(64,1,48)×(32,1,24)</c>.</summary>
    public override string ToString() => $"({string.Join(",", Rows)})×({string.Join(",", Columns)})";
}

/// <summary>
/// Between a matrix with indices (i_1…i_n),(j_1…j_n) and the order (i_1,j_1,…,i_n,j_n) that is cut into tensors; all row-major, the first factor slowest.
/// </summary>
internal static class PairOrder
{
    /// <summary>The extents [i_1…i_n, j_1…j_n] without those that are 1, and which of them stands where in the other order.</summary>
    public static (int[] Extents, int[] Order) Of(MpoShape shape)
    {
        List<(int Position, int Extent)> sides =
        [
            .. shape.Rows.Concat(shape.Columns).Select((extent, position) => (position, extent)).Where(side => side.extent > 1),
        ];
        var pairs = Enumerable.Range(0, shape.Count).SelectMany(k => new[] { k, shape.Count + k });
        return (
            [.. sides.Select(side => side.Extent)],
            [.. pairs.Select(position => sides.FindIndex(side => side.Position == position)).Where(index => index >= 0)]
        );
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
