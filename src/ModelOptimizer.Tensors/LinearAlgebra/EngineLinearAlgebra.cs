using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Small blocks on the host, everything that is a product of matrices on the engine.</summary>
internal sealed class EngineLinearAlgebra(DeviceSessions sessions) : ILinearAlgebra
{
    private readonly EngineProduct _product = new(sessions);
    private readonly HostProduct _host = new(sessions);

    public Matrix Multiply(Matrix a, Matrix b, bool transposeA = false, bool transposeB = false, Matrix? into = null) =>
        _product.Multiply(a, b, transposeA, transposeB, into);

    public Matrix Gram(Matrix a) => _product.Gram(a);

    public Matrix Cholesky(Matrix a, bool inPlace = false) => BlockedCholesky.Factor(_product, a, inPlace);

    public Matrix CholeskySolve(Matrix factor, Matrix b) => SolveLower(factor, SolveLower(factor, b), transpose: true);

    public Matrix SolveLower(Matrix factor, Matrix b, bool transpose = false) => BlockedTriangular.Solve(_product, factor, b, transpose);

    public (double[] Values, Matrix Vectors) SymmetricEigen(Matrix a) => LinearAlgebra.SymmetricEigen.Of(_host, a);

    public double[] SymmetricEigenvalues(Matrix a) => LinearAlgebra.SymmetricEigen.ValuesOf(_host, a);

    public (Matrix U, double[] S, Matrix Vt) Svd(Matrix a) => ThinSvd.Factor(this, a);

    public (Matrix Q, Matrix R) Qr(Matrix a) => HouseholderQr.Factor(_host, a);
}
