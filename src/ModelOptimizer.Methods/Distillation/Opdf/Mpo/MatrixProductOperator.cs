namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// W[(i_1…i_n),(j_1…j_n)] = Σ T_1[1,i_1,j_1,a_1]·T_2[a_1,i_2,j_2,a_2]⋯T_n[a_{n−1},i_n,j_n,1] (Zhan et al., arXiv 2411.06448; authors' code).
/// </summary>
/// <param name="Shape">The factors and the bonds.</param>
/// <param name="Tensors">T_k as (d_{k−1}·i_k·j_k)×d_k.</param>
/// <param name="Spectra">λ_k of the bonds d_1…d_{n−1}: the singular values of the k-th unfolding.</param>
internal sealed record MatrixProductOperator(MpoShape Shape, IReadOnlyList<Matrix> Tensors, IReadOnlyList<double[]> Spectra)
{
    /// <summary>W.</summary>
    public Matrix Contract(ILinearAlgebra algebra)
    {
        var product = new ContractionOrder(Shape).Fold(
            k => Tensors[k],
            (left, right, extents) => algebra.Multiply(left.Reshape(extents.Rows, extents.Bond), right.Reshape(extents.Bond, extents.Columns)));
        return PairOrder.ToMatrix(product.Values, Shape);
    }

    /// <summary>
    /// Keeps the first d'_k entries of every bond. The squared error is at most Σ_k Σ_{dropped} λ_k², and at a single bond it is that sum: each cut is a projection, and
    /// their errors are orthogonal.
    /// </summary>
    /// <param name="bonds">d'_1…d'_{n−1}.</param>
    public MatrixProductOperator Truncate(IReadOnlyList<int> bonds)
    {
        var shape = Shape.WithBonds(bonds);
        return new MatrixProductOperator(
            shape,
            [.. Tensors.Select((tensor, k) => Leading(tensor, shape.Bonds[k], shape.Pair(k), shape.Bonds[k + 1]))],
            [.. Spectra.Select((spectrum, k) => spectrum[..bonds[k]])]);
    }

    // Rows are (bond, i, j), the bond slowest.
    private static Matrix Leading(Matrix tensor, int before, int pair, int behind) =>
        new Matrix(before * pair, tensor.Columns, tensor.Values[..(before * pair * tensor.Columns)]).LeadingColumns(behind);
}
