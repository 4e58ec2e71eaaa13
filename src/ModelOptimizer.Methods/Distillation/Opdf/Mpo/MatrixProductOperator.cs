namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// W[(i_1…i_n),(j_1…j_n)] = Σ G_1[1,i_1,j_1,r_1]·G_2[r_1,i_2,j_2,r_2]⋯G_n[r_{n−1},i_n,j_n,1] (Zhan et al., arXiv 2411.06448; authors' code): a tensor train of the modes
/// i_k·j_k.
/// </summary>
/// <param name="Shape">The factors and the bonds.</param>
/// <param name="Train">The train of W's numbers in the order of the pairs.</param>
/// <param name="Spectra">λ_k of the bonds r_1…r_{n−1}: the singular values of the k-th unfolding.</param>
internal sealed record MatrixProductOperator(MpoShape Shape, TensorTrain Train, IReadOnlyList<double[]> Spectra)
{
    /// <summary>W.</summary>
    public Matrix Contract(ILinearAlgebra algebra)
    {
        var product = new ContractionOrder(Shape).Fold(
            k => Train.Cores[k],
            (left, right, extents) => algebra.Multiply(left.Reshape(extents.Rows, extents.Bond), right.Reshape(extents.Bond, extents.Columns)));
        return PairOrder.ToMatrix(product.Values, Shape);
    }
}
