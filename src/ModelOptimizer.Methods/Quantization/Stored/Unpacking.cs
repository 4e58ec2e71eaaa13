using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// The nodes that make weights of packed codes while a model is loaded. A runtime may keep every intermediate result until it is done with all constants, so
/// that these are memory: codes stay bytes as long as possible, and only one Cast and one Mul are in float32.
/// </summary>
internal sealed class Unpacking(GraphWriter writer)
{
    // Any prefix: names are numbers.
    private const string Code = "q";

    /// <summary>Nodes have no names and those of tensors are short, for they are part of the file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="newName">Gives a short name that nothing has.</param>
    /// <param name="known">Small constants that are there already.</param>
    public static GraphWriter Writer(OnnxModel model, Func<string> newName, Dictionary<string, string> known) =>
        new(model, _ => newName()) { NamesNodes = false, Known = known };

    /// <summary>
    /// Writes <paramref name="tensors"/>, all of one format: each under its name. Several share their packed bytes and the nodes that unpack them.
    /// </summary>
    public void Write(IReadOnlyList<RoundedTensor> tensors)
    {
        var format = tensors[0].Format;
        if (!format.HasCodes)
        {
            WriteHalves(tensors);
        }
        else if (format.Bits == 8)
        {
            foreach (var tensor in tensors)
            {
                Scale(tensor, writer.Cast(writer.Raw<sbyte>(Code, DataType.Int8, tensor.Codes, tensor.Dims), DataType.Float), 1);
            }
        }
        else
        {
            WritePacked(tensors, CodeLayout.Of(format.Bits));
        }
    }

    /// <summary>Writes what <paramref name="tensor"/> adds to packed bytes that it shares with others.</summary>
    public void WriteMember(RoundedTensor tensor) => Scale(tensor, Reshape(tensor, ""), Unit(tensor.Format.Bits));

    private void WriteHalves(IReadOnlyList<RoundedTensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            Name(tensor, writer.Raw<Half>(Code, DataType.Float16, tensor.Halves, tensor.Dims));
        }
    }

    private void WritePacked(IReadOnlyList<RoundedTensor> tensors, CodeLayout layout)
    {
        var count = tensors.Sum(tensor => tensor.Count);
        var codes = new sbyte[(count + layout.Codes - 1) / layout.Codes * layout.Codes];
        var start = 0;
        foreach (var tensor in tensors)
        {
            tensor.Codes.CopyTo(codes, start);
            start += tensor.Count;
        }

        // Bytes with the extents of the weight need no Reshape, which would be another copy in memory.
        var dims = tensors[0].Dims;
        var shaped = tensors.Count == 1 && layout.Rows == 1 && !InFloat && dims[0] % layout.Codes == 0;
        var all = InFloat ? ByDivision(codes, layout) : ByShifts(codes, layout, shaped ? [dims[0] / layout.Codes, .. dims[1..]] : null);
        string[] pieces = [all];
        if (tensors.Count > 1 || count < codes.Length)
        {
            var vector = writer.Node("Reshape", [all, Numbers(-1)]);
            // Casting once instead of for each takes memory, and small weights take little.
            vector = tensors.Count > 1 ? ToFloat(vector) : vector;
            long[] rest = count < codes.Length ? [codes.Length - count] : [];
            long[] lengths = [.. tensors.Select(tensor => (long)tensor.Count), .. rest];
            pieces = writer.Split(vector, lengths, Array.ConvertAll(lengths, _ => writer.Named(Code)));
        }

        for (var i = 0; i < tensors.Count; i++)
        {
            var numbers = shaped ? pieces[i] : Reshape(tensors[i], pieces[i]);
            Scale(tensors[i], tensors.Count > 1 ? numbers : ToFloat(numbers), Unit(layout.Bits));
        }
    }

    private string Reshape(RoundedTensor tensor, string codes) =>
        writer.Node("Reshape", [codes, Numbers(tensor.Dims)]);

    private bool InFloat => writer.Opset < Opsets.BitShift;

    private string ToFloat(string codes) => InFloat ? codes : writer.Cast(writer.Cast(codes, DataType.Int8), DataType.Float);

    // From opset 11 codes come as multiples of 2^(8−bits), because they stand in the upper bits of a byte.
    private int Unit(int bits) => InFloat ? 1 : 1 << (8 - bits);

    // Powers of two change no digit, short of the smallest numbers that there are.
    private void Scale(RoundedTensor tensor, string codes, int unit)
    {
        var scales = writer.Raw<float>(Code, DataType.Float, Array.ConvertAll(tensor.Scales, scale => scale / unit), tensor.Axis.ScaleDims);
        if (tensor.Type == DataType.Float)
        {
            writer.NodeTo(tensor.Name, "Mul", [codes, scales]);
        }
        else
        {
            // Processors have no arithmetic in float16: runtimes put casts around it, and what stands between them is not computed at load.
            Name(tensor, writer.Node("Mul", [codes, scales]));
        }
    }

    private void Name(RoundedTensor tensor, string numbers) => writer.NodeTo(tensor.Name, "Cast", [numbers], GraphWriter.Attribute("to", (long)tensor.Type));

    // Each code at the top of a byte, zeros below it: [codes in a group, groups], or the extents of a weight whose bytes have the given ones.
    private string ByShifts(sbyte[] codes, CodeLayout layout, long[]? extents)
    {
        var packed = layout.Pack(codes, offset: 0);
        var shaped = extents is not null;
        extents ??= [layout.Rows, packed.Length / layout.Rows];
        var bytes = writer.Raw<byte>(Code, DataType.Uint8, packed, extents);
        // ONNX Runtime is twenty times slower where a shift has fewer extents than what is shifted and the last ones are 1.
        string One(int value) => writer.Shared<byte>(Code, DataType.Uint8, [(byte)value], Array.ConvertAll(extents, _ => 1L));
        string Shift(string direction, string input, int places) =>
            places == 0 ? input : writer.Node("BitShift", [input, One(places)], GraphWriter.Attribute("direction", direction));
        string Join(params string[] parts) => parts is [var only] ? only : writer.Node("Concat", parts, GraphWriter.Attribute("axis", 0L));

        var above = 8 - layout.Bits;
        int[] places = [.. Enumerable.Range(0, layout.InByte).Select(i => i * layout.Bits)];
        string whole;
        if (!shaped && layout.Rows == 1)
        {
            // One node for all parts, as they need not be put together.
            var all = writer.Shared<byte>(Code, DataType.Uint8, Array.ConvertAll(places, place => (byte)place), places.Length, 1);
            whole = Shift("LEFT", writer.Node("BitShift", [bytes, all], GraphWriter.Attribute("direction", "RIGHT")), above);
        }
        else if (layout.Bits == 4 && writer.Opset >= Opsets.BitwiseAnd)
        {
            whole = Join(Shift("LEFT", bytes, above), writer.Node("BitwiseAnd", [bytes, One(0xF0)]));
        }
        else
        {
            whole = Shift("LEFT", Join(Array.ConvertAll(places, place => Shift("RIGHT", bytes, place))), above);
        }

        if (layout.Whole == layout.Codes)
        {
            return whole;
        }

        // Bytes count modulo 256, and so do the factors: a Cast drops what is above. Factors without a sign have a fast product.
        var terms = layout.Terms(layout.Whole, 1 << above);
        var operands = Join([.. terms.GroupBy(term => term.Shift, term => term.Row).Select(rows => Shift("RIGHT", Rows(bytes, layout, [.. rows]), rows.Key))]);
        byte[] factors = [.. Enumerable.Range(0, layout.Codes - layout.Whole).SelectMany(code => terms.Select(term => (byte)(term.Factors[code] & 0xFF)))];
        var matrix = writer.Shared<byte>(Code, DataType.Uint8, factors, layout.Codes - layout.Whole, terms.Count);
        return Join(whole, writer.Cast(writer.Node("MatMulInteger", [matrix, operands]), DataType.Uint8));
    }

    private string Rows(string bytes, CodeLayout layout, int[] rows) =>
        rows.Length == layout.Rows
            ? bytes
            : writer.Node("Slice", [bytes, Numbers(rows[0]), Numbers(rows[^1] + 1), Numbers(0)]);

    private string Numbers(params long[] values) => writer.Shared<long>(Code, DataType.Int64, values, values.Length);

    // The same without shifts, in numbers small enough to be exact in float32. Codes are stored without a sign.
    private string ByDivision(sbyte[] codes, CodeLayout layout)
    {
        var offset = 1 << (layout.Bits - 1);
        var packed = layout.Pack(codes, offset);
        var bytes = writer.Cast(writer.Raw<byte>(Code, DataType.Uint8, packed, layout.Rows, packed.Length / layout.Rows), DataType.Float);
        var terms = layout.Terms(0, 1);
        int[] shifts = [.. terms.Select(term => term.Shift).Distinct()];
        var powers = writer.Shared<float>(Code, DataType.Float, Array.ConvertAll(shifts, shift => 1f / (1 << shift)), shifts.Length, 1, 1);
        var shifted = writer.Node("Floor", [writer.Node("Mul", [bytes, powers])]);
        var rows = shifts.Length * layout.Rows;
        var factors = new float[layout.Codes * rows];
        foreach (var term in terms)
        {
            for (var code = 0; code < layout.Codes; code++)
            {
                factors[(code * rows) + (Array.IndexOf(shifts, term.Shift) * layout.Rows) + term.Row] = term.Factors[code];
            }
        }

        var matrix = writer.Shared<float>(Code, DataType.Float, factors, layout.Codes, rows);
        var sums = writer.Node("MatMul", [matrix, writer.Node("Reshape", [shifted, Numbers(rows, -1)])]);
        return writer.Node("Sub", [sums, writer.Shared<float>(Code, DataType.Float, [offset])]);
    }
}

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

/// <summary>A row of bytes, shifted down, in sums that are codes.</summary>
/// <param name="Shift">By how many bits.</param>
/// <param name="Row">The row.</param>
/// <param name="Factors">What it counts in each code.</param>
internal sealed record CodeTerm(int Shift, int Row, int[] Factors);
