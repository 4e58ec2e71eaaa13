namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Q·Z for the Q = H_{n−1}···H_1 of a <see cref="Tridiagonalisation"/>: groups of reflections as I − V·T·Vᵀ (Schreiber and Van Loan 1989), on panels of Z's
/// columns that the threads share.
/// </summary>
internal sealed class BackTransformation
{
    private const int Group = 64;
    private const int PanelColumns = 128;

    private readonly HostProduct _product;
    private readonly Matrix _z;
    private readonly Matrix _result;

    // Vᵀ and V·T of each group, on the coordinates that it changes.
    private readonly RowBlock[] _rows;
    private readonly RowBlock[] _columns;

    private BackTransformation(HostProduct product, Matrix z, int reflections)
    {
        (_product, _z) = (product, z);
        _result = Matrix.Uninitialized(z.Rows, z.Columns);
        _rows = new RowBlock[(Math.Max(0, reflections) + Group - 1) / Group];
        _columns = new RowBlock[_rows.Length];
    }

    /// <summary>Q·Z with the columns in reversed order, the largest entry of each positive.</summary>
    public static Matrix Apply(HostProduct product, Workers workers, Tridiagonalisation reduced, Matrix z)
    {
        var work = new BackTransformation(product, z, z.Rows - 1);
        workers.Run(work._rows.Length, group => work.Prepare(group, reduced));
        workers.Run((z.Columns + PanelColumns - 1) / PanelColumns, panel => work.Apply(panel * PanelColumns));
        return work._result;
    }

    private void Prepare(int group, Tridiagonalisation reduced)
    {
        var first = 1 + (group * Group);
        var count = Math.Min(Group, _z.Rows - first);
        var length = first + count - 1;
        var vt = new Matrix(count, length);
        for (var p = 0; p < count; p++)
        {
            reduced.Reflectors.Row(first + p)[..length].CopyTo(vt.Row(p));
        }

        _rows[group] = new(vt.Values, count, length);
        _columns[group] = new(new double[length * count], length, count);
        var t = CompactWy.Triangle(_product, _rows[group], reduced.Tau.AsSpan(first, count), lastFirst: true);
        _product.Multiply(new(vt.Transpose().Values, length, count), t, _columns[group]);
    }

    private void Apply(int from)
    {
        var (n, width) = (_z.Rows, Math.Min(PanelColumns, _z.Columns - from));
        var panel = new RowBlock(GC.AllocateUninitializedArray<double>(n * width), n, width);
        for (var r = 0; r < n; r++)
        {
            _z.Row(r).Slice(_z.Columns - from - width, width).CopyTo(panel.Row(r));
            panel.Row(r).Reverse();
        }

        for (var group = 0; group < _rows.Length; group++)
        {
            var changed = panel with { Rows = _rows[group].Columns };
            var coefficients = new RowBlock(GC.AllocateUninitializedArray<double>(_rows[group].Rows * width), _rows[group].Rows, width);
            _product.Multiply(_rows[group], changed, coefficients);
            _product.Subtract(_columns[group], coefficients, changed);
        }

        var peaks = new double[width];
        for (var r = 0; r < n; r++)
        {
            Signs.Peaks(panel.Row(r), peaks);
        }

        for (var r = 0; r < n; r++)
        {
            Signs.Apply(panel.Row(r), peaks, _result.Row(r).Slice(from, width));
        }
    }
}
