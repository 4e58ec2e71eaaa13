using System.Runtime.InteropServices;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// How codes of 2 to 6 bits stand in bytes. Some bytes, the rows, hold a group of codes: each byte has as many codes as fit, from the lowest bit on, and
/// where bits are left above them, further codes are spread over those of all rows. Every row of the groups is one piece of the file.
/// </summary>
internal sealed record CodeLayout
{
    private readonly (int Row, int Bit)[][] _spread;

    private CodeLayout(int bits, int rows, params (int Row, int Bit)[][] spread) => (Bits, Rows, _spread) = (bits, rows, spread);

    /// <summary>Bits of a code.</summary>
    public int Bits { get; }

    /// <summary>Bytes of a group.</summary>
    public int Rows { get; }

    /// <summary>Codes that are whole in one byte.</summary>
    public int InByte => 8 / Bits;

    /// <summary>Codes of a group that are whole in one byte, the first ones.</summary>
    public int Whole => InByte * Rows;

    /// <summary>Codes of a group.</summary>
    public int Codes => Whole + _spread.Length;

    /// <summary>The layout for so many bits.</summary>
    public static CodeLayout Of(int bits) => bits switch
    {
        6 => new(6, 3, [(0, 7), (0, 6), (1, 7), (1, 6), (2, 7), (2, 6)]),
        5 => new(
            5,
            5,
            [(0, 7), (0, 6), (0, 5), (3, 7), (3, 6)],
            [(1, 7), (1, 6), (1, 5), (4, 7), (4, 6)],
            [(2, 7), (2, 6), (2, 5), (3, 5), (4, 5)]),
        4 => new(4, 1),
        3 => new(3, 3, [(0, 7), (0, 6), (2, 7)], [(1, 7), (1, 6), (2, 6)]),
        2 => new(2, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "not a packed width"),
    };

    /// <summary>The bytes, a row after the other.</summary>
    /// <param name="codes">Codes [<see cref="Codes"/>, groups].</param>
    /// <param name="offset">What is added to each before its bits are taken.</param>
    public byte[] Pack(ReadOnlySpan<sbyte> codes, int offset)
    {
        var groups = codes.Length / Codes;
        var bytes = new byte[Rows * groups];
        for (var code = 0; code < Codes; code++)
        {
            var from = codes.Slice(code * groups, groups);
            var places = Places(code);
            for (var i = 0; i < places.Length; i++)
            {
                var to = bytes.AsSpan(places[i].Row * groups, groups);
                for (var group = 0; group < groups; group++)
                {
                    to[group] |= (byte)((((from[group] + offset) >> (Bits - 1 - i)) & 1) << places[i].Bit);
                }
            }
        }

        return bytes;
    }

    /// <summary>The codes that <see cref="Pack"/> made <paramref name="bytes"/> of.</summary>
    public sbyte[] Unpack(ReadOnlySpan<byte> bytes, int offset)
    {
        var groups = bytes.Length / Rows;
        var codes = new sbyte[Codes * groups];
        for (var code = 0; code < Codes; code++)
        {
            var places = Places(code);
            for (var group = 0; group < groups; group++)
            {
                var bits = 0;
                foreach (var (row, bit) in places)
                {
                    bits = (bits << 1) | ((bytes[(row * groups) + group] >> bit) & 1);
                }

                // Without an offset the highest bit is the sign.
                codes[(code * groups) + group] = (sbyte)(offset == 0 ? (bits << (32 - Bits)) >> (32 - Bits) : bits - offset);
            }
        }

        return codes;
    }

    /// <summary>
    /// Codes from <paramref name="first"/> on as sums over shifted bytes: bit k of a byte x is ⌊x/2^k⌋ − 2·⌊x/2^(k+1)⌋, so a code is Σ factor·⌊x/2^shift⌋.
    /// </summary>
    /// <param name="first">The first code.</param>
    /// <param name="one">What the lowest bit of a code counts.</param>
    /// <returns>The terms by shift and row, without those that no code has.</returns>
    public IReadOnlyList<CodeTerm> Terms(int first, int one)
    {
        var factors = new int[9, Rows, Codes - first];
        for (var code = first; code < Codes; code++)
        {
            var places = Places(code);
            for (var i = 0; i < places.Length; i++)
            {
                var value = one << (Bits - 1 - i);
                factors[places[i].Bit, places[i].Row, code - first] += value;
                factors[places[i].Bit + 1, places[i].Row, code - first] -= 2 * value;
            }
        }

        // ⌊x/2^8⌋ is 0.
        return [.. from shift in Enumerable.Range(0, 8)
                   from row in Enumerable.Range(0, Rows)
                   let term = new CodeTerm(shift, row, [.. Enumerable.Range(0, Codes - first).Select(code => factors[shift, row, code])])
                   where term.Factors.Any(factor => factor != 0)
                   select term];
    }

    // Where the bits of a code are, the highest first.
    private (int Row, int Bit)[] Places(int code) =>
        code >= Whole
            ? _spread[code - Whole]
            : [.. Enumerable.Range(1, Bits).Select(i => (code % Rows, (code / Rows * Bits) + Bits - i))];
}

/// <summary>The bytes that codes of one width are kept in.</summary>
/// <param name="Bits">The width.</param>
/// <param name="Opset">The model's version of ONNX's operators.</param>
internal sealed record CodeContainer(int Bits, long Opset)
{
    /// <summary>How codes of less than 8 bits stand in bytes.</summary>
    public CodeLayout Layout => CodeLayout.Of(Bits);

    private bool IsPacked => Bits < 8;

    /// <summary>Whether codes are unpacked by arithmetic in float32; they are stored without a sign then.</summary>
    public bool InFloat => IsPacked && Opset < Opsets.BitShift;

    /// <summary>What the nodes make of a code of 1: from opset 11 on codes stand in the upper bits of a byte.</summary>
    public int Unit => InFloat || !IsPacked ? 1 : 1 << (8 - Bits);

    /// <summary>What is added to a code before it is stored.</summary>
    public int Offset => InFloat ? 1 << (Bits - 1) : 0;

    /// <summary>The bytes of <paramref name="codes"/>, which are whole groups.</summary>
    public byte[] Pack(ReadOnlySpan<sbyte> codes) => IsPacked ? Layout.Pack(codes, Offset) : MemoryMarshal.AsBytes(codes).ToArray();

    /// <summary>The codes of <paramref name="bytes"/>.</summary>
    public sbyte[] Unpack(ReadOnlySpan<byte> bytes) =>
        IsPacked ? Layout.Unpack(bytes, Offset) : MemoryMarshal.Cast<byte, sbyte>(bytes).ToArray();
}

/// <summary>A row of bytes, shifted down, in sums that are codes.</summary>
/// <param name="Shift">By how many bits.</param>
/// <param name="Row">The row.</param>
/// <param name="Factors">What it counts in each code.</param>
internal sealed record CodeTerm(int Shift, int Row, int[] Factors);
