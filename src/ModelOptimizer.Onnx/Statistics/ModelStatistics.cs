using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Statistics;

/// <summary>What a model costs: the numbers behind budgets, gates and reports.</summary>
public static class ModelStatistics
{
    /// <summary>
    /// Number of parameters: all numbers that the file holds as constants, whatever their type, in initialisers (sparse ones: stored values) and
    /// <c>Constant</c> nodes, sub-graphs and functions included. Texts are not counted.
    /// </summary>
    public static long Parameters(OnnxModel model)
    {
        var graphs = GraphWalk.WithSubGraphs(model.Graph)
            .Concat(model.Proto.Functions.SelectMany(function => function.Node).SelectMany(GraphWalk.SubGraphs).SelectMany(GraphWalk.WithSubGraphs)).ToList();
        var initializers = graphs.SelectMany(graph => graph.Initializer.Concat(graph.SparseInitializer.Select(sparse => sparse.Values)));
        var nodes = graphs.SelectMany(graph => graph.Node).Concat(model.Proto.Functions.SelectMany(function => function.Node));
        var constants = nodes.Where(node => node.Operator() == "Constant").SelectMany(ConstantTensors);
        return initializers.Concat(constants).Sum(Numbers);
    }

    /// <summary>Bytes on disk: the loaded files', or those that a save would write.</summary>
    public static long Bytes(OnnxModel model) => model.FileSizeInBytes ?? model.SizeInBytes;

    /// <summary>
    /// Multiply-adds of <c>Conv</c>, <c>ConvTranspose</c>, <c>Gemm</c> and <c>MatMul</c> nodes in one run; other operators count nothing, nor do products of constants,
    /// which are computed when the model is loaded.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">The shape of every tensor that is not a constant, for the run in question.</param>
    /// <returns>Null when a shape is missing, as for nodes inside <c>If</c> and <c>Loop</c>, which run any number of times.</returns>
    public static long? Macs(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes) => Macs(model, model.Graph.Node, shapes);

    /// <summary>The same of some nodes of <paramref name="model"/>'s main graph.</summary>
    public static long? Macs(OnnxModel model, IEnumerable<NodeProto> nodes, IReadOnlyDictionary<string, long[]> shapes)
    {
        var constants = new ConstantLookup(model.Graph);
        var loadTime = new LoadTimeNodes(model.Proto);
        var total = 0L;
        foreach (var node in nodes)
        {
            if (GraphWalk.SubGraphs(node).SelectMany(GraphWalk.WithSubGraphs).SelectMany(graph => graph.Node).Any(MacCounter.Counts)
                || model.Proto.Functions.Any(function => function.Name == node.OpType && function.Domain == node.Domain && function.Node.Any(MacCounter.Counts)))
            {
                return null;
            }

            if (MacCounter.Counts(node) && !loadTime.Contains(node))
            {
                if (MacCounter.Of(node, Shape) is not { } macs)
                {
                    return null;
                }

                total += macs;
            }
        }

        return total;

        long[]? Shape(string name) => shapes.GetValueOrDefault(name) ?? constants.Find(name)?.Tensor.Dims.ToArray();
    }

    /// <summary>Multiply-adds of one layer in one run; null when a shape is missing.</summary>
    public static long? Macs(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) =>
        MacCounter.Of(layer.Node, name => name == layer.Weight && layer.WeightShape.Length > 0 ? layer.WeightShape : shapes.GetValueOrDefault(name));

    private static IEnumerable<TensorProto> ConstantTensors(NodeProto node) =>
        node.Attribute.FirstOrDefault(attribute => attribute.SparseTensor is not null) is { } sparse ? [sparse.SparseTensor.Values]
        : ConstantLookup.ValueOf(node) is { } tensor ? [tensor]
        : [];

    private static long Numbers(TensorProto? tensor) =>
        tensor is null || tensor.DataType == (int)TensorProto.Types.DataType.String ? 0 : ElementTypes.Count(tensor.Dims) ?? 0;
}
