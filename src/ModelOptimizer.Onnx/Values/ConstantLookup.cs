using System.Runtime.InteropServices;

namespace ModelOptimizer.Onnx.Values;

/// <summary>The constants of a graph by name, whether they are initialisers or outputs of <c>Constant</c> nodes.</summary>
internal sealed class ConstantLookup
{
    private readonly Dictionary<string, ConstantTensor> _constants = new(StringComparer.Ordinal);

    /// <summary>The constants of <paramref name="graph"/>, and of the graphs around it.</summary>
    public ConstantLookup(GraphProto graph, ConstantLookup? outer = null)
        : this(graph.Node, outer)
    {
        foreach (var tensor in graph.Initializer)
        {
            _constants[tensor.Name] = new ConstantTensor(tensor.Name, tensor, Node: null);
        }
    }

    /// <summary>The <c>Constant</c> nodes among <paramref name="nodes"/>, such as a function's.</summary>
    public ConstantLookup(IEnumerable<NodeProto> nodes, ConstantLookup? outer = null)
    {
        foreach (var constant in outer?._constants.Values ?? Enumerable.Empty<ConstantTensor>())
        {
            _constants[constant.Name] = constant;
        }

        foreach (var node in nodes.Where(node => node.OpType == "Constant" && node.Domain is "" or "ai.onnx" && node.Output.Count == 1))
        {
            if (ValueOf(node) is { } tensor)
            {
                _constants[node.Output[0]] = new ConstantTensor(node.Output[0], tensor, node);
            }
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<ConstantTensor> All => _constants.Values;

    /// <summary>The constant called <paramref name="name"/>; null when that is not a constant.</summary>
    public ConstantTensor? Find(string? name) => name is { Length: > 0 } && _constants.TryGetValue(name, out var constant) ? constant : null;

    /// <summary>The tensor called <paramref name="name"/>, which is known to be a constant.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public TensorProto this[string name] => _constants[name].Tensor;

    /// <summary>What a <c>Constant</c> node makes. Its short forms carry no tensor; an equal one is made for reading.</summary>
    internal static TensorProto? ValueOf(NodeProto node)
    {
        foreach (var attribute in node.Attribute)
        {
            switch (attribute.Name)
            {
                case "value":
                    return attribute.T;
                case "value_float":
                    return WeightValues.Create(node.Output[0], (int)TensorProto.Types.DataType.Float, [], [attribute.F]);
                case "value_floats":
                    return WeightValues.Create(node.Output[0], (int)TensorProto.Types.DataType.Float, [attribute.Floats.Count], attribute.Floats.ToArray());
                case "value_int":
                    return Integers(node.Output[0], [], [attribute.I]);
                case "value_ints":
                    return Integers(node.Output[0], [attribute.Ints.Count], attribute.Ints);
            }
        }

        return null;
    }

    private static TensorProto Integers(string name, long[] dims, IEnumerable<long> values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64 };
        tensor.Dims.AddRange(dims);
        tensor.Int64Data.AddRange(values);
        return tensor;
    }
}

/// <summary>A constant of a graph.</summary>
/// <param name="Name">The name nodes use for it.</param>
/// <param name="Tensor">Its value; the tensor of the model itself, unless <paramref name="Node"/> holds a short form such as <c>value_floats</c>.</param>
/// <param name="Node">The <c>Constant</c> node that makes it; null for an initialiser.</param>
internal sealed record ConstantTensor(string Name, TensorProto Tensor, NodeProto? Node)
{
    /// <summary>The elements of an int64 or int32 tensor.</summary>
    public long[] Integers() =>
        Tensor.DataType == (int)TensorProto.Types.DataType.Int32
            ? Tensor.HasRawData
                ? Array.ConvertAll(MemoryMarshal.Cast<byte, int>(Tensor.RawData.Span).ToArray(), value => (long)value)
                : [.. Tensor.Int32Data.Select(value => (long)value)]
            : Tensor.HasRawData
                ? [.. MemoryMarshal.Cast<byte, long>(Tensor.RawData.Span)]
                : [.. Tensor.Int64Data];
}
