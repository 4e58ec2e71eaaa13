using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>What a layer's node can see: constants, who makes and who reads a tensor, and which constants a caller may replace.</summary>
internal sealed class LayerScope
{
    private readonly Dictionary<string, NodeProto> _producers;
    private readonly HashSet<string> _replaceable;
    private readonly LoadTimeNodes? _loadTime;

    /// <summary>The scope of the main graph.</summary>
    public LayerScope(OnnxModel model)
        : this(new ConstantLookup(model.Graph), new TensorUses(model.Proto), model.Graph.Node, GivenTensors.Of(model.Proto))
    {
        _loadTime = new LoadTimeNodes(model.Proto);
    }

    private LayerScope(ConstantLookup constants, TensorUses uses, IEnumerable<NodeProto> nodes, HashSet<string> replaceable)
    {
        Constants = constants;
        Uses = uses;
        _replaceable = replaceable;
        _producers = new(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            foreach (var output in node.Output)
            {
                _producers[output] = node;
            }
        }
    }

    public ConstantLookup Constants { get; }

    public TensorUses Uses { get; }

    public bool IsReplaceable(string name) => _replaceable.Contains(name);

    public NodeProto? ProducerOf(string? name) => name is not null && _producers.TryGetValue(name, out var node) ? node : null;

    /// <summary>Whether <paramref name="node"/> works on constants only, and so is no part of a run.</summary>
    public bool IsAtLoadTime(NodeProto node) => _loadTime?.Contains(node) == true;

    /// <summary>Whether <paramref name="name"/> is made of constants by nodes of the graph.</summary>
    public bool IsRebuilt(string name) => ProducerOf(name) is { } node && IsAtLoadTime(node);

    /// <summary>
    /// The constant that <paramref name="name"/> is made of by operators that only change its form, with the last such operator; null when it depends on data.
    /// </summary>
    public (ConstantTensor Constant, string Operator)? Behind(string? name)
    {
        var first = default(string);
        var current = name;
        for (var depth = 0; depth < 8; depth++)
        {
            if (Constants.Find(current) is { } constant)
            {
                return first is null ? null : (constant, first);
            }

            if (
                ProducerOf(current) is not { } node
                || node.Operator() is not ("Cast" or "Transpose" or "DequantizeLinear" or "Identity" or "Reshape" or "Unsqueeze" or "Squeeze")
            )
            {
                return null;
            }

            first ??= node.OpType;
            current = node.InputAt(0);
        }

        return null;
    }

    /// <summary>The constant that <paramref name="name"/> is, or is in another type: the same numbers in the same places.</summary>
    public ConstantTensor? Same(string? name) => Constants.Find(name)
        ?? (ProducerOf(name) is { } node && node.Operator() is "Cast" && Constants.Find(node.InputAt(0)) is { } constant
            && ElementTypes.IsFloat(constant.Tensor.DataType) ? constant : null);

    public LayerScope Inner(GraphProto graph) => new(new ConstantLookup(graph, Constants), Uses, graph.Node, _replaceable);

    public LayerScope Function(FunctionProto function) => new(new ConstantLookup(function.Node), Uses, function.Node, _replaceable);
}
