namespace ModelOptimizer.Methods.Common;

/// <summary>
/// A tensor n_1×…×n_m = G_1·G_2·…·G_m (Oseledets, SIAM J. Sci. Comput. 33, 2011). A matrix d_out×d_in is one by its numbers in row-major order, with the modes
/// of the row index first, as in nn-bcd; or with a factor of the rows and one of the columns in each mode: a matrix product operator, as in opdf.
/// </summary>
/// <param name="Modes">n_1…n_m; their product is d_out·d_in.</param>
/// <param name="Cores">G_k as (r_{k−1}·n_k)×r_k, r_0 = r_m = 1: the row index is (bond, mode), bond slowest.</param>
internal sealed record TensorTrain(IReadOnlyList<int> Modes, IReadOnlyList<Matrix> Cores)
{
    /// <summary>The bonds r_1…r_{m−1}.</summary>
    public IReadOnlyList<int> Ranks => [.. Cores.SkipLast(1).Select(core => core.Columns)];

    /// <summary>Σ r_{k−1}·n_k·r_k.</summary>
    public long Parameters => Cores.Sum(core => (long)core.Values.Length);

    /// <summary>The matrix, <paramref name="rows"/> = d_out high.</summary>
    public Matrix Reconstruct(ILinearAlgebra algebra, int rows)
    {
        var product = Product(algebra, 0, Cores.Count);
        return product.Reshape(rows, product.Values.Length / rows);
    }

    /// <summary>Cores <paramref name="first"/> to <paramref name="end"/> (not included) multiplied out: (r_before·n…)×r_after.</summary>
    public Matrix Product(ILinearAlgebra algebra, int first, int end)
    {
        var product = Cores[first];
        for (var k = first + 1; k < end; k++)
        {
            // (…·n_{k−1})×r times r×(n_k·r_k), read again as (…·n_{k−1}·n_k)×r_k.
            var next = Cores[k];
            var unfolded = next.Reshape(product.Columns, next.Values.Length / product.Columns);
            product = algebra.Multiply(product, unfolded).Reshape(product.Rows * Modes[k], next.Columns);
        }

        return product;
    }

    /// <summary>
    /// The number of leading cores whose modes make up the row index, when some bond lies exactly between rows and columns: then the matrix is
    /// (d_out×r)·(r×d_in). Null when none does.
    /// </summary>
    public int? RowCores(int rows)
    {
        var product = 1L;
        for (var k = 0; k + 1 < Modes.Count; k++)
        {
            product *= Modes[k];
            if (product == rows)
            {
                return k + 1;
            }
        }

        return null;
    }
}

/// <summary>Bonds of tensor trains.</summary>
internal static class TensorTrainRanks
{
    /// <summary>The largest bonds that are not wasted: min(n_1…n_k, n_{k+1}…n_m).</summary>
    public static IReadOnlyList<int> Full(IReadOnlyList<int> modes) => Limited(modes, [.. Enumerable.Repeat(int.MaxValue, modes.Count - 1)]);

    /// <summary>r_k = min(r, r_{k−1}·n_k, n_{k+1}…n_m) for one r per bond.</summary>
    public static IReadOnlyList<int> Limited(IReadOnlyList<int> modes, IReadOnlyList<int> ranks)
    {
        var limited = new int[modes.Count - 1];
        var before = 1L;
        for (var k = 0; k + 1 < modes.Count; k++)
        {
            var behind = modes.Skip(k + 1).Select(mode => (long)mode).Product();
            before = Math.Min(ranks[k], Math.Min(before * modes[k], behind));
            limited[k] = (int)before;
        }

        return limited;
    }

    /// <summary>Σ r_{k−1}·n_k·r_k.</summary>
    public static long Parameters(IReadOnlyList<int> modes, IReadOnlyList<int> ranks)
    {
        var sum = 0L;
        for (var k = 0; k < modes.Count; k++)
        {
            sum += (k == 0 ? 1L : ranks[k - 1]) * modes[k] * (k + 1 == modes.Count ? 1 : ranks[k]);
        }

        return sum;
    }
}
