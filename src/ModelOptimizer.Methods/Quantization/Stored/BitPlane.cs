namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// Some bits of every code. A byte holds those of <see cref="Parts"/> codes, one from each part of the tensor, so that shifting all bytes by the same number gives a part.
/// </summary>
/// <param name="Low">The lowest of its bits in a code.</param>
/// <param name="Bits">How many: 1, 2 or 4.</param>
internal sealed record BitPlane(int Low, int Bits)
{
    /// <summary>Codes in a byte.</summary>
    public int Parts => 8 / Bits;

    /// <summary>The planes of a code of so many bits, the upper one first: 4 and 2 alone, 6 = 4 + 2, 5 = 4 + 1, 3 = 2 + 1.</summary>
    public static IReadOnlyList<BitPlane> Of(int bits) => bits switch
    {
        6 => [new(2, 4), new(0, 2)],
        5 => [new(1, 4), new(0, 1)],
        4 => [new(0, 4)],
        3 => [new(1, 2), new(0, 1)],
        2 => [new(0, 2)],
        _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "not a packed width"),
    };

    /// <summary>The bytes for <paramref name="codes"/>, whose number is a multiple of <see cref="Parts"/>.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="offset">What is added to each before its bits are taken.</param>
    public byte[] Pack(ReadOnlySpan<sbyte> codes, int offset)
    {
        var bytes = new byte[codes.Length / Parts];
        var mask = (1 << Bits) - 1;
        for (var part = 0; part < Parts; part++)
        {
            var from = codes.Slice(part * bytes.Length, bytes.Length);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] |= (byte)((((from[i] + offset) >> Low) & mask) << (Bits * part));
            }
        }

        return bytes;
    }
}
