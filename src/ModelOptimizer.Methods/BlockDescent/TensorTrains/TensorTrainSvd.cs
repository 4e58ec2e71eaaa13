namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// TT-SVD: the tensor is unfolded mode by mode, C = (r_{k−1}·n_k)×rest, its r_k dominant left singular vectors become the core and C ← coreᵀ·C. All cores but the last are
/// orthonormal. The squared error is at most the sum over the bonds of the discarded squared singular values.
/// </summary>
internal static class TensorTrainSvd
{
    /// <summary>Decomposes <paramref name="matrix"/>, whose numbers in row-major order are the tensor.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="matrix">The matrix d_out×d_in.</param>
    /// <param name="modes">n_1…n_m.</param>
    /// <param name="ranks">The bonds, m−1 of them, each at most <see cref="TensorTrainRanks.Full"/>.</param>
    /// <param name="start">A train of the same modes and bonds that is near: then subspaces are followed instead of found anew. Null for the exact decomposition.</param>
    public static TensorTrain Decompose(ILinearAlgebra algebra, Matrix matrix, IReadOnlyList<int> modes, IReadOnlyList<int> ranks, TensorTrain? start = null)
    {
        var cores = new List<Matrix>(modes.Count);
        var rest = matrix.Reshape(modes[0], matrix.Values.Length / modes[0]);
        // How the basis of the bond before this core has turned against the start's.
        Matrix? turn = null;
        for (var k = 0; k + 1 < modes.Count; k++)
        {
            var old = start is null ? null : Turned(algebra, start.Cores[k], turn);
            var core = Core(algebra, rest, ranks[k], old);
            cores.Add(core);
            turn = old is null ? null : algebra.Multiply(core, old, transposeA: true);
            var next = algebra.Multiply(core, rest, transposeA: true);
            rest = next.Reshape(ranks[k] * modes[k + 1], next.Values.Length / (ranks[k] * modes[k + 1]));
        }

        cores.Add(rest);
        return new TensorTrain(modes, cores);
    }

    private static Matrix Core(ILinearAlgebra algebra, Matrix rest, int rank, Matrix? old)
    {
        if (rank == rest.Rows)
        {
            return Matrix.Identity(rank);
        }

        return rank == rest.Columns ? algebra.Qr(rest).Q : DominantSubspace.Of(algebra, rest, rank, old);
    }

    private static Matrix Turned(ILinearAlgebra algebra, Matrix core, Matrix? turn)
    {
        if (turn is null)
        {
            return core;
        }

        var bond = turn.Columns;
        return algebra.Multiply(turn, core.Reshape(bond, core.Values.Length / bond)).Reshape(core.Rows, core.Columns);
    }
}
