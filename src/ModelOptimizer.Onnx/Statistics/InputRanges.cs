using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Statistics;

/// <summary>Which numbers the inputs of a model take: whole numbers as far as what reads them first shows that, and images from 0 to 1.</summary>
internal static class InputRanges
{
    private const int MostNumbers = 4096;

    // What moves numbers and does not change them.
    private static readonly HashSet<string> Moving = new(StringComparer.Ordinal)
    {
        "Cast", "Identity", "Reshape", "Unsqueeze", "Squeeze", "Transpose", "Flatten", "Slice", "Split", "Concat", "Expand", "Tile",
    };

    /// <summary>From where to where, both included, by input; an input about which nothing is known is not in it.</summary>
    public static IReadOnlyDictionary<string, (double Low, double High)> Of(OnnxModel model)
    {
        var constants = new ConstantLookup(model.Graph);
        var readers = model.Graph.Node.SelectMany(node => node.Input.Distinct(), (node, input) => (input, node))
            .ToLookup(pair => pair.input, pair => pair.node);
        var ranges = new Dictionary<string, (double, double)>(StringComparer.Ordinal);
        foreach (var input in model.Graph.Input.Where(input => constants.Find(input.Name) is null && input.Type?.TensorType is not null))
        {
            var type = (TensorProto.Types.DataType)input.Type.TensorType.ElemType;
            if ((ElementTypes.IsFloat((int)type) ? OfImage(input) : Within(Shown(input.Name, readers, constants), OfType(type))) is { } range)
            {
                ranges.Add(input.Name, range);
            }
        }

        return ranges;
    }

    // N×C×H×W or N×H×W×C of grey, colours or colours with opacity: there is no light below none, and half of a normal distribution lies there.
    private static (double Low, double High)? OfImage(ValueInfoProto input)
    {
        const int FewPixels = 8;
        bool IsChannels(TensorShapeProto.Types.Dimension dim) => dim.DimValue is 1 or 3 or 4;
        bool IsSide(TensorShapeProto.Types.Dimension dim) => !dim.HasDimValue || dim.DimValue is <= 0 or >= FewPixels;
        return input.Type.TensorType.Shape?.Dim is [_, var first, var second, var last]
            && IsSide(second) && ((IsChannels(first) && IsSide(last)) || (IsChannels(last) && IsSide(first))) ? (0, 1) : null;
    }

    // Of everything that reads the numbers first: all of it must be able to.
    private static (double Low, double High)? Shown(string input, ILookup<string, NodeProto> readers, ConstantLookup constants)
    {
        (double Low, double High)? shown = null;
        var (seen, open) = (new HashSet<string>(StringComparer.Ordinal) { input }, new Queue<string>([input]));
        while (open.TryDequeue(out var tensor))
        {
            foreach (var node in readers[tensor])
            {
                if (Read(node, tensor, constants) is var (low, high))
                {
                    shown = shown is var (least, most) && Math.Max(least, low) <= Math.Min(most, high)
                        ? (Math.Max(least, low), Math.Min(most, high))
                        : shown ?? (low, high);
                }
                else if (Moving.Contains(node.Operator() ?? ""))
                {
                    foreach (var output in node.Output.Where(seen.Add))
                    {
                        open.Enqueue(output);
                    }
                }
            }
        }

        return shown;
    }

    private static (double Low, double High)? Read(NodeProto node, string tensor, ConstantLookup constants)
    {
        (double, double)? Below(long? extent) => extent is > 0 ? (0, extent.Value - 1) : null;
        return node.Operator() switch
        {
            "Gather" when node.InputAt(1) == tensor && constants.Find(node.InputAt(0))?.Tensor.Dims is { Count: > 0 } dims =>
                Below(dims[(int)(((node.Int("axis", 0) % dims.Count) + dims.Count) % dims.Count)]),
            "OneHot" when node.InputAt(0) == tensor && Numbers(node.InputAt(1)) is [var depth] => Below((long)depth),
            "Mod" when node.InputAt(0) == tensor && Numbers(node.InputAt(1)) is [> 0 and var modulus] => Below((long)modulus),
            "Equal" when Numbers(node.Input.FirstOrDefault(other => other != tensor)) is { Length: > 0 } values => (values.Min(), values.Max()),
            "Clip" when Numbers(node.InputAt(1)) is [var low] && Numbers(node.InputAt(2)) is [var high] && low <= high => (low, high),
            // What is taken from one is a mask, and so is what becomes true or false.
            "Sub" when node.InputAt(1) == tensor && Numbers(node.InputAt(0)) is [1] => (0, 1),
            "Cast" when node.Int("to", 0) == (long)TensorProto.Types.DataType.Bool => (0, 1),
            _ => null,
        };

        double[]? Numbers(string? name) => constants.Find(name) is not { } constant || !(ElementTypes.Count(constant.Tensor.Dims) < MostNumbers) ? null
            : (TensorProto.Types.DataType)constant.Tensor.DataType is TensorProto.Types.DataType.Int64 or TensorProto.Types.DataType.Int32
                ? Array.ConvertAll(constant.Integers(), number => (double)number)
            : WeightValues.Defect(constant.Tensor) is null ? WeightValues.ReadDoubles(constant.Tensor)
            : null;
    }

    private static (double Low, double High)? Within((double Low, double High)? shown, (double Low, double High)? possible) =>
        (shown, possible) is ((var low, var high), (var least, var most))
            ? Math.Max(low, least) <= Math.Min(high, most) ? (Math.Max(low, least), Math.Min(high, most)) : possible
            : shown ?? possible;

    private static (double Low, double High)? OfType(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Bool => (0, 1),
        TensorProto.Types.DataType.Uint8 => (0, byte.MaxValue),
        TensorProto.Types.DataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        _ => null,
    };
}
