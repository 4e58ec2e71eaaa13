using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;
using Device = TorchSharp.torch.Device;

namespace ModelOptimizer.TorchSharp;

/// <summary>Float64 linear algebra by libtorch on one of its devices. Matrices lie on the host before and after every call.</summary>
internal sealed class TorchLinearAlgebra(Device device) : ILinearAlgebra
{
    public Matrix Multiply(Matrix a, Matrix b, bool transposeA = false, bool transposeB = false, Matrix? into = null)
    {
        var target = ProductTarget.Of(a, b, transposeA, transposeB, into);
        using var scope = NewDisposeScope();
        return Result(Operand(a, transposeA).mm(Operand(b, transposeB)), target);
    }

    public Matrix Gram(Matrix a)
    {
        using var scope = NewDisposeScope();
        var operand = Operand(a);
        var gram = operand.mm(operand.t());
        return Result(gram.add(gram.t()).div_(2));
    }

    public Matrix Cholesky(Matrix a, bool inPlace = false)
    {
        using var scope = NewDisposeScope();
        var (factor, info) = linalg.cholesky_ex(Operand(a));
        // LAPACK's answer to a NaN depends on the library.
        return info.item<int>() == 0 && factor.isfinite().all().item<bool>()
            ? Result(factor)
            : throw new NotPositiveDefiniteException();
    }

    public Matrix CholeskySolve(Matrix factor, Matrix b)
    {
        using var scope = NewDisposeScope();
        return Result(Operand(b).cholesky_solve(Operand(factor)));
    }

    public Matrix SolveLower(Matrix factor, Matrix b, bool transpose = false)
    {
        using var scope = NewDisposeScope();
        // Cᵀ is an LU factorisation without row exchanges whose L is the identity. A triangular solve by name came later than TorchSharp 0.99.
        var pivots = arange(1, factor.Rows + 1, ScalarType.Int32, device);
        return Result(linalg.lu_solve(Operand(factor, transpose: true).triu(), pivots, Operand(b), adjoint: !transpose));
    }

    public (double[] Values, Matrix Vectors) SymmetricEigen(Matrix a)
    {
        Finite.LargestOfLower(a);
        using var scope = NewDisposeScope();
        var (rising, vectors) = linalg.eigh(Operand(a));
        var result = Result(vectors.flip(1));
        Signs.Fix(result);
        return (Numbers(rising.flip(0)), result);
    }

    public double[] SymmetricEigenvalues(Matrix a)
    {
        Finite.LargestOfLower(a);
        using var scope = NewDisposeScope();
        return Numbers(linalg.eigvalsh(Operand(a)).flip(0));
    }

    public (Matrix U, double[] S, Matrix Vt) Svd(Matrix a)
    {
        Finite.Largest(a);
        using var scope = NewDisposeScope();
        var (u, s, vt) = linalg.svd(Operand(a), fullMatrices: false);
        var (left, right) = (Result(u), Result(vt));
        Signs.Fix(left, right);
        return (left, Numbers(s), right);
    }

    public (Matrix Q, Matrix R) Qr(Matrix a)
    {
        using var scope = NewDisposeScope();
        var (q, r) = linalg.qr(Operand(a));
        var (columns, triangle) = (Result(q), Result(r));
        Signs.FixDiagonal(columns, triangle);
        return (columns, triangle);
    }

    private static double[] Numbers(Tensor vector) => Result(vector.reshape(1, -1)).Values;

    private static Matrix Result(Tensor tensor) => Result(tensor, Matrix.Uninitialized((int)tensor.shape[0], (int)tensor.shape[1]));

    private static Matrix Result(Tensor tensor, Matrix into)
    {
        Shared(into).copy_(tensor);
        return into;
    }

    private Tensor Operand(Matrix matrix, bool transpose = false)
    {
        var tensor = Shared(matrix).to(device);
        return transpose ? tensor.t() : tensor;
    }

    // The matrix's own memory, which libtorch cannot do for no memory at all.
    private static Tensor Shared(Matrix matrix) =>
        (matrix.Values.Length == 0 ? zeros(0, ScalarType.Float64) : frombuffer(matrix.Values, ScalarType.Float64)).reshape(matrix.Rows, matrix.Columns);
}
