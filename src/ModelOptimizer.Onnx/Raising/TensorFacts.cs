using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>What is known about the tensors that the nodes of a graph see without running it: ranks, element types, constants.</summary>
internal sealed class TensorFacts
{
    private readonly TensorFacts? _outer;
    private readonly ConstantLookup _constants;
    private readonly Dictionary<string, TypeProto.Types.Tensor?> _declared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (NodeProto Node, int Output)> _makers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _given;
    private readonly IReadOnlyDictionary<string, long[]>? _shapes;

    /// <summary>Facts of a main graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="shapes">Shapes of its tensors, as far as they are known.</param>
    public TensorFacts(GraphProto graph, IReadOnlyDictionary<string, long[]> shapes)
        : this(graph, outer: null) => _shapes = shapes;

    /// <summary>Facts of a graph inside another.</summary>
    public TensorFacts(GraphProto graph, TensorFacts? outer)
        : this(graph.Node, new ConstantLookup(graph, outer?._constants), outer, graph.Input.Select(input => input.Name))
    {
        foreach (var info in graph.ValueInfo.Concat(graph.Output).Concat(graph.Input))
        {
            _declared[info.Name] = info.Type?.TensorType;
        }
    }

    /// <summary>Facts of a function.</summary>
    public TensorFacts(FunctionProto function)
        : this(function.Node, new ConstantLookup(function.Node), outer: null, function.Input)
    {
    }

    private TensorFacts(IEnumerable<NodeProto> nodes, ConstantLookup constants, TensorFacts? outer, IEnumerable<string> given)
    {
        (_constants, _outer, _given) = (constants, outer, given.ToHashSet(StringComparer.Ordinal));
        foreach (var node in nodes)
        {
            for (var i = 0; i < node.Output.Count; i++)
            {
                _makers[node.Output[i]] = (node, i);
            }
        }
    }

    /// <summary>A constant that nobody can give another value.</summary>
    public ConstantTensor? Constant(string? name) => name is null || IsGiven(name) ? null : _constants.Find(name);

    /// <summary>Number of axes of a tensor; null where that is unknown.</summary>
    public int? Rank(string? name) => name is null ? null
        : _shapes?.GetValueOrDefault(name) is { } shape ? shape.Length
        : _declared.GetValueOrDefault(name)?.Shape is { } declared ? declared.Dim.Count
        : _constants.Find(name) is { } constant ? constant.Tensor.Dims.Count
        : IsOwn(name) ? null
        : _outer?.Rank(name);

    /// <summary>The element type of a tensor of floats, a <c>TensorProto.DataType</c> value; null where it is unknown.</summary>
    public int? FloatType(string? name)
    {
        // Most operators give the type of what they read first. A circle, which ONNX forbids, would have no end.
        for (var steps = _makers.Count; name is not null && steps >= 0; steps--)
        {
            if ((_declared.GetValueOrDefault(name)?.ElemType ?? _constants.Find(name)?.Tensor.DataType) is > 0 and var type)
            {
                return ElementTypes.IsFloat(type) ? type : null;
            }

            if (!_makers.TryGetValue(name, out var maker))
            {
                return _outer?.FloatType(name);
            }

            if (Made(maker.Node, maker.Output) is { } made)
            {
                return ElementTypes.IsFloat(made) ? made : null;
            }

            name = maker.Node.InputAt(Like(maker.Node));
        }

        return null;
    }

    private bool IsOwn(string name) => _makers.ContainsKey(name) || _given.Contains(name);

    private bool IsGiven(string name) => _given.Contains(name) || (!_makers.ContainsKey(name) && _outer?.IsGiven(name) == true);

    // A type that an operator says by itself, or its body.
    private static int? Made(NodeProto node, int output) => node.Operator() switch
    {
        "Cast" => (int)node.Int("to", 0),
        "ConstantOfShape" => node.Attribute("value")?.T.DataType ?? (int)DataType.Float,
        "RandomNormal" or "RandomUniform" => (int)node.Int("dtype", (long)DataType.Float),
        "If" or "Loop" or "Scan" => GraphWalk.SubGraphs(node).FirstOrDefault()?.Output.ElementAtOrDefault(node.OpType == "Loop" ? output + 1 : output)
            ?.Type?.TensorType?.ElemType,
        _ => null,
    };

    // The input whose type the first output has; behind the last one where there is none.
    private static int Like(NodeProto node) => node.Operator() switch
    {
        null or "If" or "Loop" or "Scan" or "SequenceAt" or "ConcatFromSequence" or "Shape" or "Size" or "QLinearConv" or "QLinearMatMul" or "ConvInteger"
            or "MatMulInteger" or "EyeLike" or "RandomNormalLike" or "RandomUniformLike" or "Multinomial" or "TfIdfVectorizer" => int.MaxValue,
        "Where" or "DequantizeLinear" => 1,
        "OneHot" => 2,
        _ => 0,
    };
}
