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

    private readonly HostProduct product;
    private readonly Workers workers;
    private readonly double[] d;
    private readonly double[] beside;
    private readonly Matrix vectors;
    private readonly bool onlyEnds;

    private DivideAndConquer(HostProduct product, Workers workers, double[] d, double[] beside, bool onlyEnds)
    {
        (this.product, this.workers, this.d, this.beside, this.onlyEnds) = (product, workers, d, beside, onlyEnds);
        vectors = new Matrix(onlyEnds ? 2 : d.Length, d.Length);
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
        while (d.Length >> depth > Leaf)
        {
            depth++;
        }

        for (var leaf = 1; leaf < 1 << depth; leaf++)
        {
            // Taken off at once at all borders: T₁ and T₂ lose |ρ| at their meeting corners.
            var border = Border(leaf, depth);
            d[border - 1] -= Math.Abs(beside[border - 1]);
            d[border] -= Math.Abs(beside[border - 1]);
        }

        workers.Run(1 << depth, leaf => SolveLeaf(Border(leaf, depth), Border(leaf + 1, depth)));
        while (depth-- > 0)
        {
            var level = depth;
            if (d.Length >> level > OneTask)
            {
                for (var node = 0; node < 1 << level; node++)
                {
                    Merge(node, level, workers);
                }
            }
            else
            {
                workers.Run(1 << level, node => Merge(node, level, Workers.None));
            }
        }

        return vectors;
    }

    private int Border(int node, int depth) => (int)(((long)node * d.Length) >> depth);

    private void SolveLeaf(int from, int to)
    {
        var size = to - from;
        var rows = onlyEnds ? new Matrix(size, 2) : Matrix.Identity(size);
        if (onlyEnds && size > 0)
        {
            (rows[0, 0], rows[size - 1, 1]) = (1, 1);
        }

        TridiagonalQl.Solve(d.AsSpan(from, size), beside.AsSpan(from, Math.Max(0, size - 1)), rows);
        for (var component = 0; component < rows.Columns; component++)
        {
            var target = vectors.Row(onlyEnds ? component : from + component)[from..to];
            for (var i = 0; i < size; i++)
            {
                target[i] = rows[i, component];
            }
        }
    }

    private void Merge(int node, int level, Workers team)
    {
        var (from, middle, to) = (Border(2 * node, level + 1), Border((2 * node) + 1, level + 1), Border((2 * node) + 2, level + 1));
        var (upper, lower) = onlyEnds ? (0..1, 1..2) : (from..middle, middle..to);
        new RankOneMerge(product, team, vectors, d, from, middle, to, beside[middle - 1]).Run(upper, lower);
    }
}
