using System.Runtime.InteropServices;

namespace ModelOptimizer.Methods.Convex.Mlp;

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
