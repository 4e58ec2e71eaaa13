using Google.Protobuf.Collections;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Execution;
using Dimension = ModelOptimizer.Onnx.Proto.TensorShapeProto.Types.Dimension;

namespace ModelOptimizer.Tensors.Shapes;

/// <summary>
/// Finds extents that a model takes where its inputs leave them open, by trying what is usual: squares of multiples of 32 for images, a second of sound,
/// sequences of 128, and what the first weights demand. Dimensions of one name have one extent, and the first dimension is one sample.
/// </summary>
internal sealed class FreeShapes
{
    private const int MostTrials = 64;

    private static readonly long[] Images = [224, 320, 256, 192, 160, 128, 96, 64, 48, 32, 16, 8, 4, 2, 1];
    private static readonly long[] Channels = [3, 1, 4, 2];
    private static readonly long[] Sounds = [16_000, 4096, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1];
    private static readonly long[] Sequences = [128, 100, 64, 32, 16, 8, 4, 2, 1];

    private static readonly HashSet<string> Elementwise = new(StringComparer.Ordinal)
    {
        "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where", "BatchNormalization", "Cast", "Identity", "Relu", "Clip", "Sqrt", "Log", "Exp", "Abs", "Neg",
    };

    private readonly IReadOnlyList<ValueInfoProto> _inputs;
    private readonly OrderedDictionary<string, IReadOnlyList<long>> _candidates = new(StringComparer.Ordinal);
    private readonly HashSet<string> _batch;

    /// <summary>Looks at the inputs of <paramref name="model"/>; nothing is tried.</summary>
    public FreeShapes(OnnxModel model)
    {
        _inputs = [.. Data(model)];
        _batch = [.. _inputs.Select(input => Dims(input).FirstOrDefault()).OfType<Dimension>().Where(IsFree).Select(dim => dim.DimParam)];
        foreach (var input in _inputs)
        {
            var dims = Dims(input);
            for (var axis = 1; axis < dims.Count; axis++)
            {
                if (IsOpen(dims[axis]))
                {
                    _candidates.TryAdd(Symbol(input, axis), [.. Demanded(model, input.Name, axis, dims.Count), .. Usual(input, axis)]);
                }
            }
        }
    }

    /// <summary>Whether any extent but the number of samples is open.</summary>
    public bool AreThere => _candidates.Count > 0;

    /// <summary>The names of the inputs where one is.</summary>
    public IEnumerable<string> Inputs => _inputs.Where(input => Dims(input).Skip(1).Any(IsOpen)).Select(input => input.Name);

    /// <summary>Whether shapes can be inferred for the samples of <paramref name="model"/>, and no output is empty.</summary>
    public static bool IsPossible(Engine engine, OnnxModel model) => ShapeProbe.Run(engine, model) is { Count: > 0 } shapes
        && !model.Graph.Output.Any(output => shapes.TryGetValue(output.Name, out var shape) && shape.Contains(0));

    /// <summary>Shapes of one sample of these inputs that the model takes; null where none of those tried is.</summary>
    /// <param name="takes">Whether the model takes these shapes.</param>
    public SampleForm? Find(Func<SampleForm, bool> takes)
    {
        var longest = _candidates.Values.Max(list => list.Count);
        var together = Enumerable.Range(0, longest).Select(place => _candidates.Values.Select(list => list[Math.Min(place, list.Count - 1)]).ToArray());
        return together.Concat(Combinations()).Take(MostTrials).Select(Form).FirstOrDefault(takes);
    }

    // All choices for all of them, the last one changing first.
    private IEnumerable<long[]> Combinations()
    {
        IEnumerable<long[]> combinations = [[]];
        foreach (var list in _candidates.Values)
        {
            combinations = combinations.SelectMany(_ => list, (before, extent) => (long[])[.. before, extent]);
        }

        return combinations;
    }

    private SampleForm Form(long[] extents) => new()
    {
        Shapes = _inputs.Where(input => Inputs.Contains(input.Name)).ToDictionary(
            input => input.Name,
            input => Dims(input)
                .Select((dim, axis) => !IsFree(dim) ? dim.DimValue : axis == 0 || !IsOpen(dim) ? 1 : extents[_candidates.IndexOf(Symbol(input, axis))])
                .ToArray(),
            StringComparer.Ordinal),
    };

    // What a product with the input's last axis, a convolution of it, or a constant beside it says; through what leaves the shape as it is. An extent of 1
    // would fit constants of any.
    private static IEnumerable<long> Demanded(OnnxModel model, string input, int axis, int rank)
    {
        var constants = new ConstantLookup(model.Graph);
        var same = new HashSet<string>(StringComparer.Ordinal) { input };
        foreach (var node in model.Graph.Node.Where(node => node.Input.Any(same.Contains)))
        {
            var operation = node.Operator() ?? "";
            var isElementwise = Elementwise.Contains(operation);
            if (isElementwise)
            {
                same.UnionWith(node.Output);
            }

            foreach (var dims in node.Input.Where(name => !same.Contains(name)).Select(name => constants.Find(name)?.Tensor.Dims).OfType<RepeatedField<long>>())
            {
                var extent = operation switch
                {
                    "MatMul" when axis == rank - 1 && dims.Count > 1 && same.Contains(node.Input[0]) => dims[^2],
                    "Gemm" when axis == rank - 1 && dims.Count == 2 && same.Contains(node.Input[0]) => dims[node.Int("transB", 0) != 0 ? 1 : 0],
                    "Conv" when axis == 1 && dims.Count > 2 => dims[1] * node.Int("group", 1),
                    "BatchNormalization" when axis == 1 && dims.Count == 1 => dims[0],
                    _ when isElementwise && operation != "BatchNormalization" && dims.Count >= rank - axis => dims[axis - rank + dims.Count],
                    _ => 0,
                };
                if (extent > 1)
                {
                    yield return extent;
                }
            }
        }
    }

    private static long[] Usual(ValueInfoProto input, int axis)
    {
        var dims = Dims(input);
        bool IsChannel(int at) => dims[at].DimValue is > 0 and <= 4;
        var isFloat = ElementTypes.IsFloat(input.Type.TensorType.ElemType);
        return dims.Count switch
        {
            // N×C×H×W, unless the last axis can only be the channels.
            4 when !IsChannel(1) && IsChannel(3) => Images,
            4 => axis == 1 ? Channels : Images,
            2 when isFloat => Sounds,
            _ => Sequences,
        };
    }

    private static string Symbol(ValueInfoProto input, int axis) =>
        Dims(input)[axis].DimParam is { Length: > 0 } name ? name : FormattableString.Invariant($"{input.Name}, axis {axis}");

    private bool IsOpen(Dimension dim) => IsFree(dim) && (dim.DimParam.Length == 0 || !_batch.Contains(dim.DimParam));

    private static bool IsFree(Dimension dim) => !dim.HasDimValue || dim.DimValue <= 0;

    private static RepeatedField<Dimension> Dims(ValueInfoProto input) => input.Type.TensorType.Shape?.Dim ?? [];

    private static IEnumerable<ValueInfoProto> Data(OnnxModel model)
    {
        var weights = model.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        return model.Graph.Input.Where(input => !weights.Contains(input.Name) && input.Type?.TensorType is not null);
    }
}
