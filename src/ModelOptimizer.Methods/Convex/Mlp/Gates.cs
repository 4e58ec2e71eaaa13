using System.Runtime.InteropServices;

namespace ModelOptimizer.Methods.Convex;

/// <summary>The fixed gates g_i of a gated-ReLU network and where they are open on the training samples.</summary>
/// <param name="Directions">The g_i as rows, p×d.</param>
/// <param name="Patterns">The diagonals of D_i = diag(1[Xg_i > 0]) as rows of zeros and ones, p×n.</param>
internal sealed record Gates(Matrix Directions, Matrix Patterns)
{
    /// <summary>
    /// A gate that is open on every sample, so that the network has a linear part, and gates from N(0, I_d), without those of a pattern that an earlier one has
    /// and those that never open.
    /// </summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="inputs">X, n×d, its last column positive and the same for all samples, in the units the gates shall be in.</param>
    /// <param name="count">Gates, the open one and those drawn.</param>
    /// <param name="seed">Where the draws begin.</param>
    public static Gates Sample(ILinearAlgebra algebra, Matrix inputs, int count, int seed)
    {
        var random = new Random(seed);
        var directions = new Matrix(count, inputs.Columns);
        directions[0, inputs.Columns - 1] = 1;
        for (var i = inputs.Columns; i < directions.Values.Length; i++)
        {
            directions.Values[i] = random.NextNormal();
        }

        var values = algebra.Multiply(directions, inputs, transposeB: true);
        var seen = new HashSet<ActivationPattern>();
        int[] kept = [.. Enumerable.Range(0, count).Where(i => new ActivationPattern(values.Row(i)) is { IsClosed: false } pattern && seen.Add(pattern))];
        return new Gates(directions.RowsAt(kept), Open(values.RowsAt(kept)));
    }

    /// <summary>1[v > 0], in place.</summary>
    public static Matrix Open(Matrix values)
    {
        Parallel.For(0, values.Rows, i =>
        {
            foreach (ref var value in values.Row(i))
            {
                value = value > 0 ? 1 : 0;
            }
        });
        return values;
    }
}

/// <summary>On which samples a gate is open, a bit each.</summary>
internal readonly struct ActivationPattern : IEquatable<ActivationPattern>
{
    private readonly ulong[] _bits;

    /// <summary>1[Xg &gt; 0], from the values Xg.</summary>
    public ActivationPattern(ReadOnlySpan<double> values)
    {
        _bits = new ulong[(values.Length + 63) / 64];
        for (var i = 0; i < values.Length; i++)
        {
            _bits[i / 64] |= values[i] > 0 ? 1UL << (i % 64) : 0;
        }
    }

    /// <summary>Whether it is closed on all samples.</summary>
    public bool IsClosed => !_bits.AsSpan().ContainsAnyExcept(0UL);

    public bool Equals(ActivationPattern other) => _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => obj is ActivationPattern other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes<ulong>(_bits));
        return hash.ToHashCode();
    }
}
