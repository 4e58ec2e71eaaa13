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
            WritePacked(tensors, BitPlane.Of(format.Bits), format.Bits);
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

    private void WritePacked(IReadOnlyList<RoundedTensor> tensors, IReadOnlyList<BitPlane> planes, int bits)
    {
        var count = tensors.Sum(tensor => tensor.Count);
        var unit = planes[^1].Parts;
        var codes = new sbyte[(count + unit - 1) / unit * unit];
        var start = 0;
        foreach (var tensor in tensors)
        {
            tensor.Codes.CopyTo(codes, start);
            start += tensor.Count;
        }

        var all = writer.Opset < Opsets.BitShift ? ByDivision(codes, planes, bits) : ByShifts(codes, planes, bits);
        if (tensors.Count > 1)
        {
            // Casting once instead of for each takes memory, and small weights take little.
            all = ToFloat(all, planes);
        }

        string[] pieces = [all];
        if (tensors.Count > 1 || count < codes.Length)
        {
            var vector = writer.Node("Reshape", [all, writer.Shared<long>(Code, DataType.Int64, [-1], 1)]);
            long[] rest = count < codes.Length ? [codes.Length - count] : [];
            long[] lengths = [.. tensors.Select(tensor => (long)tensor.Count), .. rest];
            pieces = writer.Split(vector, lengths, Array.ConvertAll(lengths, _ => writer.Named(Code)));
        }

        for (var i = 0; i < tensors.Count; i++)
        {
            var shaped = Reshape(tensors[i], pieces[i]);
            Scale(tensors[i], tensors.Count > 1 ? shaped : ToFloat(shaped, planes), Unit(bits));
        }
    }

    private string Reshape(RoundedTensor tensor, string codes) =>
        writer.Node("Reshape", [codes, writer.Shared<long>(Code, DataType.Int64, tensor.Dims, tensor.Dims.Length)]);

    private bool JoinsInFloat(IReadOnlyList<BitPlane> planes) => writer.Opset < (planes.Count > 1 ? Opsets.BitwiseOr : Opsets.BitShift);

    private string ToFloat(string codes, IReadOnlyList<BitPlane> planes) =>
        JoinsInFloat(planes) ? codes : writer.Cast(writer.Cast(codes, DataType.Int8), DataType.Float);

    // From opset 11 codes come as multiples of 2^(8−bits), because they stand in the upper bits of a byte.
    private int Unit(int bits) => writer.Opset < Opsets.BitShift ? 1 : 1 << (8 - bits);

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

    // A plane's bits at the top of a byte, what was above them shifted out; then planes are put beside each other.
    private string ByShifts(sbyte[] codes, IReadOnlyList<BitPlane> planes, int bits)
    {
        var high = Shift("LEFT", Spread(codes, planes, 0), 8 - planes[0].Bits);
        if (planes.Count == 1)
        {
            return high;
        }

        var low = Shift("RIGHT", Shift("LEFT", Spread(codes, planes, 1), 8 - planes[1].Bits), planes[0].Bits);
        return JoinsInFloat(planes)
            ? writer.Node("Add", [writer.Cast(writer.Cast(high, DataType.Int8), DataType.Float), writer.Cast(low, DataType.Float)])
            : writer.Node("BitwiseOr", [high, low]);
    }

    // Every part of a plane's bytes, its bits at the bottom, more above them.
    private string Spread(sbyte[] codes, IReadOnlyList<BitPlane> planes, int index)
    {
        var (bytes, shifts, dims) = Operands(codes, planes, index, offset: 0);
        var places = writer.Shared<byte>(Code, DataType.Uint8, Array.ConvertAll(shifts, shift => (byte)shift), dims);
        return writer.Node("BitShift", [bytes, places], GraphWriter.Attribute("direction", "RIGHT"));
    }

    private string Shift(string direction, string input, int places) =>
        writer.Node("BitShift", [input, writer.Shared<byte>(Code, DataType.Uint8, [(byte)places])], GraphWriter.Attribute("direction", direction));

    // ⌊x/2^s⌋ − 2^b·⌊x/2^(s+b)⌋ is the field of b bits at s; numbers this small are exact in float32. Codes are stored without a sign.
    private string ByDivision(sbyte[] codes, IReadOnlyList<BitPlane> planes, int bits)
    {
        var offset = 1 << (bits - 1);
        var sum = Fields(codes, planes, 0, offset);
        if (planes.Count > 1)
        {
            sum = writer.Node("Add", [writer.Node("Mul", [sum, Number(1 << planes[0].Low)]), Fields(codes, planes, 1, offset)]);
        }

        return writer.Node("Sub", [sum, Number(offset)]);
    }

    private string Fields(sbyte[] codes, IReadOnlyList<BitPlane> planes, int index, int offset)
    {
        var (bytes, shifts, dims) = Operands(codes, planes, index, offset);
        var powers = writer.Shared<float>(Code, DataType.Float, Array.ConvertAll(shifts, shift => 1f / (1 << shift)), dims);
        var lower = writer.Node("Floor", [writer.Node("Mul", [writer.Cast(bytes, DataType.Float), powers])]);
        var size = 1 << planes[index].Bits;
        var upper = writer.Node("Floor", [writer.Node("Mul", [lower, Number(1f / size)])]);
        return writer.Node("Sub", [lower, writer.Node("Mul", [upper, Number(size)])]);
    }

    private string Number(float value) => writer.Shared<float>(Code, DataType.Float, [value]);

    // Both planes come out as [parts of the upper plane, parts of the lower for each of them, the rest], in the order of the codes.
    private (string Bytes, int[] Shifts, long[] ShiftDims) Operands(sbyte[] codes, IReadOnlyList<BitPlane> planes, int index, int offset)
    {
        var plane = planes[index];
        var packed = plane.Pack(codes, offset);
        int[] shifts = [.. Enumerable.Range(0, plane.Parts).Select(part => part * plane.Bits)];
        if (planes.Count == 1)
        {
            return (writer.Raw<byte>(Code, DataType.Uint8, packed, packed.Length), shifts, [plane.Parts, 1]);
        }

        long inner = planes[1].Parts / planes[0].Parts;
        return index == 0
            ? (writer.Raw<byte>(Code, DataType.Uint8, packed, inner, packed.Length / inner), shifts, [plane.Parts, 1, 1])
            : (writer.Raw<byte>(Code, DataType.Uint8, packed, packed.Length), shifts, [planes[0].Parts, inner, 1]);
    }
}

/// <summary>
/// Some bits of every code. A byte holds those of <see cref="Parts"/> codes, one from each part of the tensor, so that shifting all bytes by the same number
/// gives a part.
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
