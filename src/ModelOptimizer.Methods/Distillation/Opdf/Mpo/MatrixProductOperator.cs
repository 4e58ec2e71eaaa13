namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// W[(i_1…i_n),(j_1…j_n)] = Σ G_1[1,i_1,j_1,r_1]·G_2[r_1,i_2,j_2,r_2]⋯G_n[r_{n−1},i_n,j_n,1] (Zhan et al., arXiv 2411.06448; authors' code): a tensor train of
/// the modes i_k·j_k.
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

/// <summary>The exact decomposition of a matrix, in float64 and with all singular triplets, zeros included.</summary>
internal static class MpoDecomposition
{
    // Of the largest λ of a bond: smaller ones are taken as this much, so that a matrix without full rank has a gauge too.
    private const double Floor = 1e-12;

    /// <summary>
    /// G_k by one thin SVD per bond, R = U·diag(λ_k)·Vᵀ, G_k ← U, R ← diag(λ_k)·Vᵀ; then the symmetric gauge: G_k ← diag(λ_{k−1})^{−1/2}·G_k·diag(λ_k)^{1/2},
    /// √λ on either side of each bond.
    /// </summary>
    /// <remarks>
    /// The published gauge takes one more SVD, L_k·R_k = U_k·diag(λ_k)·V_kᵀ, at each bond, L_k and R_k being the parts on its left and right. Here those parts
    /// are known: G_1⋯G_k is orthonormal, so L_k = I, and R_k = diag(λ_k), so U_k = V_k = I and P_k, Q_k are the diagonal matrices above. Their product is I
    /// for whatever positive numbers stand in them, so a floor under λ leaves W as it is. A singular vector's largest entry is positive
    /// (<see cref="ILinearAlgebra.Svd"/>); the published code leaves signs to chance.
    /// </remarks>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="matrix">W, I×J.</param>
    /// <param name="shape">Factors of I and J, full bonds.</param>
    /// <param name="gauged">False leaves G_1…G_{n−1} orthonormal.</param>
    public static MatrixProductOperator Decompose(ILinearAlgebra algebra, Matrix matrix, MpoShape shape, bool gauged = true)
    {
        var cores = new Matrix[shape.Count];
        var spectra = new double[shape.Count - 1][];
        var rest = new Matrix(1, matrix.Values.Length, PairOrder.FromMatrix(matrix, shape));
        for (var k = 0; k + 1 < shape.Count; k++)
        {
            if (k > 0 && shape.Modes[k] == 1)
            {
                // R = diag(λ)·Vᵀ already: its U is I.
                (cores[k], spectra[k]) = (Matrix.Identity(shape.Bonds[k]), spectra[k - 1]);
                continue;
            }

            var rows = shape.Bonds[k] * shape.Modes[k];
            (cores[k], spectra[k], rest) = algebra.Svd(rest.Reshape(rows, rest.Values.Length / rows));
            ScaleRows(rest, spectra[k]);
        }

        cores[^1] = rest.Reshape(shape.Bonds[^2] * shape.Modes[^1], 1);
        if (gauged && spectra.All(spectrum => spectrum[0] > 0))
        {
            Gauge(shape, cores, spectra);
        }

        return new MatrixProductOperator(shape, new TensorTrain(shape.Modes, cores), spectra);
    }

    private static void Gauge(MpoShape shape, Matrix[] cores, double[][] spectra)
    {
        double[][] roots = [[1], .. spectra.Select(spectrum => Array.ConvertAll(spectrum, value => Math.Sqrt(Math.Max(value, Floor * spectrum[0])))), [1]];
        for (var k = 0; k < cores.Length; k++)
        {
            var core = cores[k];
            for (var row = 0; row < core.Rows; row++)
            {
                var before = roots[k][row / shape.Modes[k]];
                for (var column = 0; column < core.Columns; column++)
                {
                    core[row, column] *= roots[k + 1][column] / before;
                }
            }
        }
    }

    private static void ScaleRows(Matrix matrix, double[] factors)
    {
        for (var row = 0; row < matrix.Rows; row++)
        {
            foreach (ref var value in matrix.Row(row))
            {
                value *= factors[row];
            }
        }
    }
}
