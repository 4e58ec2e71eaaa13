using Google.Protobuf;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// A weight that an earlier step stored as codes, as <see cref="Unpacking"/> writes it, so that it can get other codes: packed bytes are then all that changes
/// in the file.
/// </summary>
/// <param name="Tensor">The weight. Of a width of 2 bits with codes from −1 to 1 only it is taken for ternary, and stays that.</param>
/// <param name="Packed">The constant with the bytes.</param>
/// <param name="Start">The place of its first code there.</param>
internal sealed record CodedWeight(RoundedTensor Tensor, string Packed, int Start)
{
    /// <summary>What keeps it on its grid while it is trained.</summary>
    public WeightGrid Grid => new(Tensor.Scales, Tensor.Axis.ScaleDims, Tensor.Format.Lowest, Tensor.Format.Highest);

    /// <summary>The same weight with the codes nearest to <paramref name="values"/>.</summary>
    public CodedWeight Nearest(ReadOnlySpan<double> values)
    {
        var codes = new sbyte[values.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)Tensor.Format.Code(values[i], Tensor.Scales[i / Tensor.Axis.Inner % Tensor.Axis.Count]);
        }

        return this with { Tensor = Tensor with { Codes = codes } };
    }

    /// <summary>The float32 tensors of <paramref name="model"/> that are made of codes, by name.</summary>
    /// <param name="context">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Its shapes.</param>
    public static IReadOnlyDictionary<string, CodedWeight> Read(StepContext context, OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
    {
        var reader = new CodedWeightReader(model, shapes);
        var found = model.Graph.Node.Select(reader.Read).OfType<CodedWeight>().ToDictionary(weight => weight.Tensor.Name, StringComparer.Ordinal);
        // Nodes of others may look alike: the runtime says what they make.
        var counts = found.ToDictionary(weight => weight.Key, weight => (long)weight.Value.Tensor.Count, StringComparer.Ordinal);
        foreach (var (name, numbers) in LoadTimeProof.Numbers(context, model, counts))
        {
            if (!found[name].Tensor.Plain().RawData.Span.SequenceEqual(numbers.Bytes))
            {
                found.Remove(name);
            }
        }

        return found;
    }

    /// <summary>A clone of <paramref name="model"/> with <paramref name="weights"/> as plain constants, without the nodes that made them.</summary>
    public static OnnxModel ToPlain(OnnxModel model, IReadOnlyDictionary<string, CodedWeight> weights)
    {
        var rewrite = new Rewrite(model);
        var loadTime = new LoadTimeNodes(model.Proto);
        var uses = new TensorUses(model.Proto);
        var read = new HashSet<string>(StringComparer.Ordinal);
        var gone = new List<NodeProto>();
        foreach (var node in model.Graph.Node.Reverse())
        {
            if (node.Output.Any(weights.ContainsKey) || (loadTime.Contains(node) && !node.Output.Any(output => read.Contains(output) || uses.IsOutput(output))))
            {
                gone.Add(rewrite.Own(node));
            }
            else
            {
                read.UnionWith(GraphWalk.Reads(node));
            }
        }

        var writer = rewrite.Writer("", (int)DataType.Float);
        foreach (var (name, weight) in weights)
        {
            writer.Initializer(name, weight.Tensor.Plain());
        }

        rewrite.Replace(gone, writer);
        return rewrite.Finish();
    }

    /// <summary>Puts the codes of <paramref name="weights"/> into <paramref name="model"/>.</summary>
    public static void Write(OnnxModel model, IEnumerable<CodedWeight> weights)
    {
        var constants = new ConstantLookup(model.Graph);
        foreach (var packed in weights.GroupBy(weight => weight.Packed))
        {
            var container = new CodeContainer(packed.First().Tensor.Format.Bits, model.Opset);
            var codes = container.Unpack(constants[packed.Key].RawData.Span);
            foreach (var weight in packed)
            {
                weight.Tensor.Codes.CopyTo(codes, weight.Start);
            }

            constants[packed.Key].RawData = ByteString.CopyFrom(container.Pack(codes));
        }
    }
}

/// <summary>Follows the nodes that make a weight back to its bytes.</summary>
file sealed class CodedWeightReader(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
{
    private readonly ConstantLookup _constants = new(model.Graph);
    private readonly LoadTimeNodes _loadTime = new(model.Proto);
    private readonly Dictionary<string, NodeProto> _makers = model.Graph.Node
        .SelectMany(node => node.Output.Where(output => output.Length > 0).Select(output => (output, node)))
        .ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);

    /// <summary>The weight that <paramref name="node"/> makes of codes and scales; null when it is no such node.</summary>
    public CodedWeight? Read(NodeProto node)
    {
        if (
            node.Operator() != "Mul" || !_loadTime.Contains(node) || !shapes.TryGetValue(node.Output[0], out var dims)
            || _constants.Find(node.Input[1])?.Tensor is not { DataType: (int)DataType.Float } scale || scale.Dims.Count != dims.Length
            || Bytes(node.Input[0]) is not var (packed, start, shared)
        )
        {
            return null;
        }

        var bytes = _constants[packed];
        var count = dims.Product();
        var bits = 8 * bytes.RawData.Length / (double)(shared ?? count);
        var format = WeightFormat.All.FirstOrDefault(format => format.HasCodes && format.Bits == bits);
        if (format is null || bytes.DataType != (int)(format.Bits == 8 ? DataType.Int8 : DataType.Uint8))
        {
            return null;
        }

        var container = new CodeContainer(format.Bits, model.Opset);
        var codes = container.Unpack(bytes.RawData.Span).AsSpan((int)start, (int)count).ToArray();
        if (format.Bits == WeightFormat.Ternary.Bits && Array.TrueForAll(codes, code => code >= WeightFormat.Ternary.Lowest))
        {
            format = WeightFormat.Ternary;
        }

        long[] scaleDims = [.. scale.Dims];
        float[] scales = Array.ConvertAll(WeightValues.ReadFloats(scale), value => value * container.Unit);
        // Scales are along one axis, or along several that follow each other.
        var inner = (int)dims.Skip(Array.FindLastIndex(scaleDims, extent => extent != 1) + 1).Product();
        var axis = new ChannelAxis((int)(count / scales.Length / inner), scales.Length, inner, scaleDims);
        return new CodedWeight(new RoundedTensor(node.Output[0], dims, DataType.Float, format, codes, scales, axis, []), packed, (int)start);
    }

    // The constant that codes are unpacked from, the place of the first, and how many there are where weights share it.
    private (string Packed, long Start, long? Shared)? Bytes(string codes)
    {
        var (start, shared) = (0L, (long?)null);
        while (_makers.TryGetValue(codes, out var maker))
        {
            switch (maker.Operator())
            {
                case "Split" when shared is null:
                    var lengths = maker.Ints("split") ?? _constants.Find(maker.InputAt(1))?.Integers() ?? [];
                    (start, shared) = (lengths.Take(maker.Output.IndexOf(codes)).Sum(), lengths.Sum());
                    codes = maker.Input[0];
                    break;
                case "MatMul":
                    codes = maker.Input[1];
                    break;
                case "Cast" or "Reshape" or "BitShift" or "Concat" or "Sub" or "Mul" or "Floor":
                    codes = maker.Input[0];
                    break;
                default:
                    return null;
            }
        }

        return _constants.Find(codes) is { Tensor: { DataType: (int)DataType.Int8 or (int)DataType.Uint8, RawData.Length: > 0 } }
            ? (codes, start, shared)
            : null;
    }
}
