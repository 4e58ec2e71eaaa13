using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Statistics;

/// <summary>What a model costs: the numbers behind budgets, gates and reports.</summary>
internal static class ModelStatistics
{
    /// <summary>
    /// Number of parameters: all numbers that the file holds as constants, in initialisers (sparse ones: stored values) and <c>Constant</c> nodes, sub-graphs
    /// and functions included. Integers of more than 16 bits are none: they are shapes, axes and indices, and structure as truth values and texts are.
    /// </summary>
    public static long Parameters(OnnxModel model)
    {
        var graphs = GraphWalk.WithSubGraphs(model.Graph).Concat(model.Proto.Functions.SelectMany(GraphWalk.Graphs)).ToList();
        var initializers = graphs.SelectMany(graph => graph.Initializer.Concat(graph.SparseInitializer.Select(sparse => sparse.Values)));
        var nodes = graphs.SelectMany(graph => graph.Node).Concat(model.Proto.Functions.SelectMany(function => function.Node));
        var constants = nodes.Where(node => node.Operator() == "Constant").SelectMany(ConstantTensors);
        // A hostile shape counts as many as a number can hold.
        return initializers.Concat(constants).Select(Numbers).Aggregate(0L, (sum, count) => sum > long.MaxValue - count ? long.MaxValue : sum + count);
    }

    /// <summary>Bytes on disk: the loaded files', or those that a save would write.</summary>
    public static long Bytes(OnnxModel model) => model.FileSizeInBytes ?? model.SizeInBytes;

    /// <summary>
    /// Multiply-adds of <c>Conv</c>, <c>ConvTranspose</c>, <c>Gemm</c>, <c>MatMul</c> and <c>MatMulNBits</c> nodes and of the products in recurrent cells
    /// in one run; other operators count nothing, nor do products of constants, which are computed when the model is loaded.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">The shape of every tensor that is not a constant, for the run in question.</param>
    /// <returns>Null when a shape is missing, as for nodes inside <c>If</c> and <c>Loop</c>, which run any number of times.</returns>
    public static long? Macs(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes) => new GraphMacs(model, shapes).Of(model.Graph.Node);

    /// <summary>Multiply-adds of one layer in one run; null when a shape is missing.</summary>
    public static long? Macs(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes)
    {
        long[]? Shape(string name) => name == layer.Weight && layer.WeightShape.Length > 0 ? layer.WeightShape : shapes.GetValueOrDefault(name);
        return layer.Kind == LayerKind.Recurrent ? MacCounter.OfCell(layer.Node, Shape, layer.WeightInput) : MacCounter.Of(layer.Node, Shape);
    }

    private static IEnumerable<TensorProto> ConstantTensors(NodeProto node) =>
        node.Attribute.FirstOrDefault(attribute => attribute.SparseTensor is not null) is { } sparse ? [sparse.SparseTensor.Values]
        : ConstantLookup.ValueOf(node) is { } tensor ? [tensor]
        : [];

    private static long Numbers(TensorProto? tensor) => tensor is null || (DataType)tensor.DataType is
        DataType.String or DataType.Bool or DataType.Int32 or DataType.Uint32 or DataType.Int64 or DataType.Uint64
        ? 0
        : ElementTypes.Count(tensor.Dims) ?? 0;
}

/// <summary>
/// Multiply-adds of nodes of a model's main graph, as <see cref="ModelStatistics.Macs(OnnxModel, IReadOnlyDictionary{string, long[]})"/> counts them.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="shapes">The shape of every tensor that is not a constant.</param>
internal sealed class GraphMacs(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
{
    private readonly ConstantLookup _constants = new(model.Graph);
    private readonly LoadTimeNodes _loadTime = new(model.Proto);
    private readonly HashSet<(string, string)> _functions =
        [.. model.Proto.Functions.Where(function => function.Node.Any(MacCounter.Counts)).Select(function => (function.Domain, function.Name))];

    /// <summary>Those of <paramref name="nodes"/> together; null when a shape is missing.</summary>
    public long? Of(IEnumerable<NodeProto> nodes)
    {
        var total = 0L;
        foreach (var node in nodes)
        {
            if (
                GraphWalk.SubGraphs(node).SelectMany(GraphWalk.WithSubGraphs).SelectMany(graph => graph.Node).Any(MacCounter.Counts)
                || _functions.Contains((node.Domain, node.OpType))
            )
            {
                return null;
            }

            if (MacCounter.Counts(node) && !_loadTime.Contains(node))
            {
                if (MacCounter.Of(node, Shape) is not { } macs)
                {
                    return null;
                }

                total += macs;
            }
        }

        return total;
    }

    private long[]? Shape(string name) => shapes.GetValueOrDefault(name) ?? _constants.Find(name)?.Tensor.Dims.ToArray();
}

/// <summary>Multiply-adds of one node.</summary>
internal static class MacCounter
{
    public static bool Counts(NodeProto node) =>
        (node.Operator() is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" && node.Input.Count >= 2 && node.Output.Count >= 1)
        || (node.Operator() is "LSTM" or "GRU" or "RNN" && node.Input.Count > 2 && node.Output.Count >= 1)
        || (HasBlocks(node) && node.Input.Count >= 2 && node.Output.Count >= 1);

    /// <summary>Null when <paramref name="shape"/> does not know a tensor, or what it knows does not belong to such a node.</summary>
    public static long? Of(NodeProto node, Func<string, long[]?> shape)
    {
        var first = shape(node.Input[0]);
        var weight = shape(node.Input[1]);
        var output = shape(node.Output[0]);
        return (node.Operator(), first, weight, output) switch
        {
            // Every output element sums over the input channels of its group and the taps.
            ("Conv", _, { Length: > 2 } w, { } y) => y.Product() * w[1..].Product(),

            // Every input element is spread over the output channels of its group and the taps.
            ("ConvTranspose", { } x, { Length: > 2 } w, _) => x.Product() * w[1..].Product(),
            ("Gemm", _, { Length: 2 } w, { } y) => y.Product() * w[node.Int("transB", 0) != 0 ? 1 : 0],
            ("MatMul", { Length: > 0 } x, _, { } y) => y.Product() * x[^1],
            (null, _, _, { } y) when HasBlocks(node) => y.Product() * node.Int("K", 0),
            ("LSTM" or "GRU" or "RNN", _, _, _) => OfCell(node, shape, 1) + OfCell(node, shape, 2),
            _ => null,
        };
    }

    // ONNX Runtime's product with a weight of a few bits.
    private static bool HasBlocks(NodeProto node) => node is { Domain: "com.microsoft", OpType: "MatMulNBits" };

    /// <summary>Those of one weight of a recurrent cell: it is used in every step of every sample.</summary>
    public static long? OfCell(NodeProto node, Func<string, long[]?> shape, int input) =>
        (shape(node.Input[0]), shape(node.Input[input])) is ({ Length: 3 } x, { Length: 3 } w) ? x[0] * x[1] * w.Product() : null;
}
