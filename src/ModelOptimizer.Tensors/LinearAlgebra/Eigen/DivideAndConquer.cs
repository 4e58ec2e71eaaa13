namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix: T = diag(T₁, T₂) + ρ·u·uᵀ, and from the halves' decompositions that of a diagonal matrix
/// plus one of rank one (Cuppen 1981; Golub and Van Loan 8.4). Without vectors only the first and the last component of each are carried along, which is all
/// that the next level needs.
/// </summary>
internal sealed class DivideAndConquer
{
    private const int Leaf = 32;

    // Nodes of a level are shared among the threads up to this size, the work inside a node above.
    private const int OneTask = 256;

    private readonly HostProduct _product;
    private readonly Workers _workers;
    private readonly double[] _d;
    private readonly double[] _beside;
    private readonly Matrix _vectors;
    private readonly bool _onlyEnds;

    private DivideAndConquer(HostProduct product, Workers workers, double[] d, double[] beside, bool onlyEnds)
    {
        (_product, _workers, _d, _beside, _onlyEnds) = (product, workers, d, beside, onlyEnds);
        _vectors = new Matrix(onlyEnds ? 2 : d.Length, d.Length);
    }

    /// <summary>Overwrites <paramref name="d"/>, the diagonal, with the eigenvalues, rising; the eigenvectors are the result's columns.</summary>
    public static Matrix Vectors(HostProduct product, Workers workers, double[] d, double[] beside) =>
        new DivideAndConquer(product, workers, d, beside, onlyEnds: false).Solve();

    /// <summary>Overwrites <paramref name="d"/>, the diagonal, with the eigenvalues, rising.</summary>
    public static void Values(HostProduct product, Workers workers, double[] d, double[] beside) =>
        new DivideAndConquer(product, workers, d, beside, onlyEnds: true).Solve();

    private Matrix Solve()
    {
        var depth = 0;
        while (_d.Length >> depth > Leaf)
        {
            depth++;
        }

        for (var leaf = 1; leaf < 1 << depth; leaf++)
        {
            // Taken off at once at all borders: T₁ and T₂ lose |ρ| at their meeting corners.
            var border = Border(leaf, depth);
            _d[border - 1] -= Math.Abs(_beside[border - 1]);
            _d[border] -= Math.Abs(_beside[border - 1]);
        }

        _workers.Run(1 << depth, leaf => SolveLeaf(Border(leaf, depth), Border(leaf + 1, depth)));
        while (depth-- > 0)
        {
            var level = depth;
            if (_d.Length >> level > OneTask)
            {
                for (var node = 0; node < 1 << level; node++)
                {
                    Merge(node, level, _workers);
                }
            }
            else
            {
                _workers.Run(1 << level, node => Merge(node, level, Workers.None));
            }
        }

        return _vectors;
    }

    private int Border(int node, int depth) => (int)(((long)node * _d.Length) >> depth);

    private void SolveLeaf(int from, int to)
    {
        var size = to - from;
        var rows = _onlyEnds ? new Matrix(size, 2) : Matrix.Identity(size);
        if (_onlyEnds && size > 0)
        {
            (rows[0, 0], rows[size - 1, 1]) = (1, 1);
        }

        TridiagonalQl.Solve(_d.AsSpan(from, size), _beside.AsSpan(from, Math.Max(0, size - 1)), rows);
        for (var component = 0; component < rows.Columns; component++)
        {
            var target = _vectors.Row(_onlyEnds ? component : from + component)[from..to];
            for (var i = 0; i < size; i++)
            {
                target[i] = rows[i, component];
            }
        }
    }

    private void Merge(int node, int level, Workers team)
    {
        var (from, middle, to) = (Border(2 * node, level + 1), Border((2 * node) + 1, level + 1), Border((2 * node) + 2, level + 1));
        var (upper, lower) = _onlyEnds ? (0..1, 1..2) : (from..middle, middle..to);
        new RankOneMerge(_product, team, _vectors, _d, from, middle, to, _beside[middle - 1]).Run(upper, lower);
    }
}
