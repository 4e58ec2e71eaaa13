namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// How an I×J matrix is cut into n tensors T_k of d_{k−1}×i_k×j_k×d_k: I = Π i_k, J = Π j_k. Factors of 1 are allowed; between the outer ones they make a tensor a
/// plain d×d matrix.
/// </summary>
internal sealed class MpoShape
{
    /// <summary>A shape with the full bonds d_k = min(Π_{m≤k} i_m·j_m, Π_{m>k} i_m·j_m).</summary>
    /// <param name="rows">i_1…i_n.</param>
    /// <param name="columns">j_1…j_n, as many.</param>
    public MpoShape(IReadOnlyList<int> rows, IReadOnlyList<int> columns)
        : this(rows, columns, FullBonds(rows, columns))
    {
    }

    private MpoShape(IReadOnlyList<int> rows, IReadOnlyList<int> columns, IReadOnlyList<int> bonds) => (Rows, Columns, Bonds) = (rows, columns, bonds);

    /// <summary>i_1…i_n.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>j_1…j_n.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>d_0…d_n; the first and the last are 1.</summary>
    public IReadOnlyList<int> Bonds { get; }

    /// <summary>n.</summary>
    public int Count => Rows.Count;

    /// <summary>The index of the central tensor; all others are auxiliary.</summary>
    public int Center => (Count - 1) / 2;

    /// <summary>I.</summary>
    public int RowExtent => Rows.Aggregate(1, (product, factor) => product * factor);

    /// <summary>J.</summary>
    public int ColumnExtent => Columns.Aggregate(1, (product, factor) => product * factor);

    /// <summary>N = Σ d_{k−1}·i_k·j_k·d_k.</summary>
    public long Parameters => Enumerable.Range(0, Count).Sum(Elements);

    /// <summary>N/(I·J), the over-parameterisation rate.</summary>
    public double Rate => Parameters / ((double)RowExtent * ColumnExtent);

    /// <summary>i_k·j_k.</summary>
    public int Pair(int k) => Rows[k] * Columns[k];

    /// <summary>d_{k−1}·i_k·j_k·d_k.</summary>
    public long Elements(int k) => (long)Bonds[k] * Pair(k) * Bonds[k + 1];

    /// <summary>The same factors with smaller bonds d_1…d_{n−1}.</summary>
    /// <exception cref="ArgumentException">There are not n−1 of them, or one is not between 1 and the bond that is there.</exception>
    public MpoShape WithBonds(IReadOnlyList<int> inner) =>
        inner.Count == Count - 1 && inner.Select((bond, k) => bond >= 1 && bond <= Bonds[k + 1]).All(fits => fits)
            ? new MpoShape(Rows, Columns, [1, .. inner, 1])
            : throw new ArgumentException($"bonds [{string.Join(", ", inner)}] are not within [{string.Join(", ", Bonds.Skip(1).SkipLast(1))}]", nameof(inner));

    /// <summary>The factors as the paper writes them, <c>(64,1,48)×(32,1,24)</c>.</summary>
    public override string ToString() => $"({string.Join(",", Rows)})×({string.Join(",", Columns)})";

    private static List<int> FullBonds(IReadOnlyList<int> rows, IReadOnlyList<int> columns)
    {
        if (rows.Count != columns.Count || rows.Count < 2 || rows.Concat(columns).Any(factor => factor < 1))
        {
            throw new ArgumentException($"({string.Join(",", rows)})×({string.Join(",", columns)}) is not a shape of a matrix product operator", nameof(rows));
        }

        var before = 1L;
        var behind = rows.Zip(columns).Aggregate(1L, (product, pair) => product * pair.First * pair.Second);
        List<int> bonds = [1];
        foreach (var (row, column) in rows.Zip(columns))
        {
            before *= (long)row * column;
            behind /= (long)row * column;
            bonds.Add((int)Math.Min(before, behind));
        }

        return bonds;
    }
}
