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
            WritePacked(tensors, Container(format.Bits));
        }
    }

    /// <summary>Writes what <paramref name="tensor"/> adds to packed bytes that it shares with others.</summary>
    public void WriteMember(RoundedTensor tensor) => Scale(tensor, Reshape(tensor, ""), Container(tensor.Format.Bits).Unit);

    private void WriteHalves(IReadOnlyList<RoundedTensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            Name(tensor, writer.Raw<Half>(Code, DataType.Float16, tensor.Halves, tensor.Dims));
        }
    }

    private void WritePacked(IReadOnlyList<RoundedTensor> tensors, CodeContainer container)
    {
        var layout = container.Layout;
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
        var shaped = tensors.Count == 1 && layout.Rows == 1 && !container.InFloat && dims[0] % layout.Codes == 0;
        var all = container.InFloat ? ByDivision(codes, container) : ByShifts(codes, container, shaped ? [dims[0] / layout.Codes, .. dims[1..]] : null);
        string[] pieces = [all];
        if (tensors.Count > 1 || count < codes.Length)
        {
            var vector = writer.Node("Reshape", [all, Numbers(-1)]);
            // Casting once instead of for each takes memory, and small weights take little.
            vector = tensors.Count > 1 ? ToFloat(vector, container) : vector;
            long[] rest = count < codes.Length ? [codes.Length - count] : [];
            long[] lengths = [.. tensors.Select(tensor => (long)tensor.Count), .. rest];
            pieces = writer.Split(vector, lengths, Array.ConvertAll(lengths, _ => writer.Named(Code)));
        }

        for (var i = 0; i < tensors.Count; i++)
        {
            var numbers = shaped ? pieces[i] : Reshape(tensors[i], pieces[i]);
            Scale(tensors[i], tensors.Count > 1 ? numbers : ToFloat(numbers, container), container.Unit);
        }
    }

    private string Reshape(RoundedTensor tensor, string codes) =>
        writer.Node("Reshape", [codes, Numbers(tensor.Dims)]);

    private CodeContainer Container(int bits) => new(bits, writer.Opset);

    private string ToFloat(string codes, CodeContainer container) =>
        container.InFloat ? codes : writer.Cast(writer.Cast(codes, DataType.Int8), DataType.Float);

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
    private string ByShifts(sbyte[] codes, CodeContainer container, long[]? extents)
    {
        var (layout, packed) = (container.Layout, container.Pack(codes));
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
    private string ByDivision(sbyte[] codes, CodeContainer container)
    {
        var (layout, packed) = (container.Layout, container.Pack(codes));
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
        return writer.Node("Sub", [sums, writer.Shared<float>(Code, DataType.Float, [container.Offset])]);
    }
}
