namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// A matrix d_out×d_in whose numbers, in row-major order, are the tensor n_1×…×n_m = G_1·G_2·…·G_m: a tensor train over the modes of the row index first, then of the
/// column index. (Not the TT-matrix format of Novikov et al., which pairs a row mode with a column mode.)
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
            product = algebra.Multiply(product, next.Reshape(product.Columns, next.Values.Length / product.Columns)).Reshape(product.Rows * Modes[k], next.Columns);
        }

        return product;
    }

    /// <summary>
    /// The number of leading cores whose modes make up the row index, when some bond lies exactly between rows and columns: then the matrix is (d_out×r)·(r×d_in). Null when none does.
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
