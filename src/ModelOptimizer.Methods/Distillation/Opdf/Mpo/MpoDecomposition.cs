namespace ModelOptimizer.Methods.Distillation;

/// <summary>The exact decomposition of a matrix, in float64 and with all singular triplets, zeros included.</summary>
internal static class MpoDecomposition
{
    // Of the largest λ of a bond: smaller ones are taken as this much, so that a matrix without full rank has a gauge too.
    private const double Floor = 1e-12;

    /// <summary>
    /// T_k by one thin SVD per bond, R = U·diag(λ_k)·Vᵀ, T_k ← U, R ← diag(λ_k)·Vᵀ; then the symmetric gauge: T_k ← diag(λ_{k−1})^{−1/2}·T_k·diag(λ_k)^{1/2}, √λ on either
    /// side of each bond.
    /// </summary>
    /// <remarks>
    /// The published gauge takes one more SVD, L_k·R_k = U_k·diag(λ_k)·V_kᵀ, at each bond, L_k and R_k being the parts on its left and right. Here those parts are known:
    /// T_1⋯T_k is orthonormal, so L_k = I, and R_k = diag(λ_k), so U_k = V_k = I and P_k, Q_k are the diagonal matrices above. Their product is I for whatever positive
    /// numbers stand in them, so a floor under λ leaves W as it is.
    /// A singular vector's largest entry is positive (<see cref="ILinearAlgebra.Svd"/>); the published code leaves signs to chance.
    /// </remarks>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="matrix">W, I×J.</param>
    /// <param name="shape">Factors of I and J, full bonds.</param>
    /// <param name="gauged">False leaves T_1…T_{n−1} orthonormal.</param>
    public static MatrixProductOperator Decompose(ILinearAlgebra algebra, Matrix matrix, MpoShape shape, bool gauged = true)
    {
        var tensors = new Matrix[shape.Count];
        var spectra = new double[shape.Count - 1][];
        var rest = new Matrix(1, matrix.Values.Length, PairOrder.FromMatrix(matrix, shape));
        for (var k = 0; k + 1 < shape.Count; k++)
        {
            if (k > 0 && shape.Pair(k) == 1)
            {
                // R = diag(λ)·Vᵀ already: its U is I.
                (tensors[k], spectra[k]) = (Matrix.Identity(shape.Bonds[k]), spectra[k - 1]);
                continue;
            }

            var rows = shape.Bonds[k] * shape.Pair(k);
            (tensors[k], spectra[k], rest) = algebra.Svd(rest.Reshape(rows, rest.Values.Length / rows));
            ScaleRows(rest, spectra[k]);
        }

        tensors[^1] = rest.Reshape(shape.Bonds[^2] * shape.Pair(shape.Count - 1), 1);
        if (gauged && spectra.All(spectrum => spectrum[0] > 0))
        {
            Gauge(shape, tensors, spectra);
        }

        return new MatrixProductOperator(shape, tensors, spectra);
    }

    private static void Gauge(MpoShape shape, Matrix[] tensors, double[][] spectra)
    {
        double[][] roots = [[1], .. spectra.Select(spectrum => Array.ConvertAll(spectrum, value => Math.Sqrt(Math.Max(value, Floor * spectrum[0])))), [1]];
        for (var k = 0; k < tensors.Length; k++)
        {
            var tensor = tensors[k];
            for (var row = 0; row < tensor.Rows; row++)
            {
                var before = roots[k][row / shape.Pair(k)];
                for (var column = 0; column < tensor.Columns; column++)
                {
                    tensor[row, column] *= roots[k + 1][column] / before;
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
