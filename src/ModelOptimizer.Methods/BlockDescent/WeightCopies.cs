namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Ŵ of one layer: a copy of its weights that stays in a set 𝒞.</summary>
internal abstract class WeightCopy
{
    /// <summary>Ŵ.</summary>
    public abstract Matrix Value { get; }

    /// <summary>Step 5e: Ŵ ← compress(W).</summary>
    /// <param name="weight">W.</param>
    /// <param name="safeguard">Keep the old Ŵ where the new one is not closer to W.</param>
    /// <returns>‖ΔŴ‖².</returns>
    public abstract double Update(Matrix weight, bool safeguard);
}

/// <summary>𝒞 = matrices with at most k numbers that are not zero. Keeping the k largest is the exact projection.</summary>
internal sealed class PrunedCopy : WeightCopy
{
    private readonly int _kept;
    private Matrix _value;

    public PrunedCopy(Matrix weight, int kept)
    {
        _kept = kept;
        _value = LargestEntries.Of(weight, kept);
    }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var value = LargestEntries.Of(weight, _kept);
        var change = Elements.SquaredDistance(value, _value);
        _value = value;
        return change;
    }
}

/// <summary>The projection onto the matrices with at most k numbers that are not zero.</summary>
internal static class LargestEntries
{
    /// <summary>A copy that keeps exactly the <paramref name="count"/> numbers of largest magnitude; of equal ones the first.</summary>
    public static Matrix Of(Matrix matrix, int count)
    {
        var magnitudes = Array.ConvertAll(matrix.Values, Math.Abs);
        Array.Sort(magnitudes);
        var threshold = count == 0 ? double.PositiveInfinity : magnitudes[^count];
        // Of those at the threshold, as many as are left when all above it are taken.
        var ties = count - magnitudes.AsSpan().Length + UpTo(magnitudes, threshold);
        var result = new Matrix(matrix.Rows, matrix.Columns);
        for (var i = 0; i < matrix.Values.Length; i++)
        {
            var magnitude = Math.Abs(matrix.Values[i]);
            if (magnitude > threshold || (magnitude == threshold && ties-- > 0))
            {
                result.Values[i] = matrix.Values[i];
            }
        }

        return result;
    }

    // Number of magnitudes that are at most the threshold.
    private static int UpTo(double[] sorted, double threshold)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] <= threshold ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

/// <summary>
/// What the published code does: W and Ŵ are one array, in which all squares below the s-quantile become zero. The τ-term is then always zero and the step may
/// raise F. Only for comparing with the published numbers.
/// </summary>
internal sealed class AliasedCopy : WeightCopy
{
    private readonly double _sparsity;
    private Matrix _value;

    public AliasedCopy(Matrix weight, double sparsity)
    {
        (_sparsity, _value) = (sparsity, weight);
        Update(weight, false);
    }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var threshold = Quantile(weight);
        var change = 0.0;
        foreach (ref var value in weight.Values.AsSpan())
        {
            if (value * value < threshold)
            {
                change += value * value;
                value = 0;
            }
        }

        _value = weight;
        return change;
    }

    // Linear interpolation between the two nearest squares.
    private double Quantile(Matrix weight)
    {
        var squares = Array.ConvertAll(weight.Values, value => value * value);
        Array.Sort(squares);
        var place = _sparsity * (squares.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, squares.Length - 1);
        return squares[below] + ((place - below) * (squares[above] - squares[below]));
    }
}

/// <summary>
/// 𝒞 = tensor trains of given modes and bonds. TT-SVD is near the projection but not it (up to a factor √(m−1)), so the safeguard matters here. With it the
/// subspaces are followed from sweep to sweep; without it the train is decomposed anew each time, as published.
/// </summary>
internal sealed class TensorTrainCopy : WeightCopy
{
    private readonly ILinearAlgebra _algebra;
    private readonly IReadOnlyList<int> _ranks;
    private Matrix _value;

    public TensorTrainCopy(ILinearAlgebra algebra, Matrix weight, IReadOnlyList<int> modes, IReadOnlyList<int> ranks)
    {
        (_algebra, _ranks) = (algebra, ranks);
        Train = TensorTrainSvd.Decompose(algebra, weight, modes, ranks);
        _value = Train.Reconstruct(algebra, weight.Rows);
    }

    public TensorTrain Train { get; private set; }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var train = TensorTrainSvd.Decompose(_algebra, weight, Train.Modes, _ranks, safeguard ? Train : null);
        var value = train.Reconstruct(_algebra, weight.Rows);
        if (safeguard && Elements.SquaredDistance(weight, value) >= Elements.SquaredDistance(weight, _value))
        {
            return 0;
        }

        var change = Elements.SquaredDistance(value, _value);
        (Train, _value) = (train, value);
        return change;
    }
}

/// <summary>
/// TT-SVD: the tensor is unfolded mode by mode, C = (r_{k−1}·n_k)×rest, its r_k dominant left singular vectors become the core and C ← coreᵀ·C. All cores but
/// the last are orthonormal. The squared error is at most the sum over the bonds of the discarded squared singular values.
/// </summary>
internal static class TensorTrainSvd
{
    /// <summary>Decomposes <paramref name="matrix"/>, whose numbers in row-major order are the tensor.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="matrix">The matrix d_out×d_in.</param>
    /// <param name="modes">n_1…n_m.</param>
    /// <param name="ranks">The bonds, m−1 of them, each at most <see cref="TensorTrainRanks.Full"/>.</param>
    /// <param name="start">A train of the same modes and bonds that is near: then subspaces are followed instead of found anew. Null for the exact
    /// decomposition.</param>
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

/// <summary>
/// The dominant left singular subspace of a matrix. Exact by an eigendecomposition of the smaller Gram matrix; from a start that is near, by orthogonal
/// iteration Q ← qr(A·(AᵀQ)), whose captured energy ‖QᵀA‖ never falls, and which is products and one small QR.
/// </summary>
internal static class DominantSubspace
{
    // A sweep moves the weights little, and the next sweep goes on from here.
    private const int Iterations = 2;

    /// <summary>An orthonormal basis (rows×<paramref name="rank"/>) of the subspace.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="a">The matrix; <paramref name="rank"/> is below its number of rows and at most its number of columns.</param>
    /// <param name="rank">The dimension wanted.</param>
    /// <param name="start">A basis (rows×rank) that is near; null for the exact subspace.</param>
    public static Matrix Of(ILinearAlgebra algebra, Matrix a, int rank, Matrix? start)
    {
        if (start is null)
        {
            return Dominant.LeftVectorsOfTranspose(algebra, a.Transpose()).Vectors.LeadingColumns(rank);
        }

        var basis = start;
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            basis = algebra.Qr(algebra.Multiply(a, algebra.Multiply(a, basis, transposeA: true))).Q;
        }

        return basis;
    }
}
