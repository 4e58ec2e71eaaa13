using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>
/// Writes a model in a later version of ONNX's operators, by the history of each operator (https://onnx.ai/onnx/operators): what became an input, got another
/// default or another meaning is written so that the model computes what it did. Inputs, outputs, weights and names of tensors stay.
/// </summary>
internal sealed class OpsetRaiser
{
    // What came with opset 13.
    private const long IrVersion = 7;

    private const int MostNamed = 5;

    private readonly OnnxModel _model;
    private readonly long _from;
    private readonly GraphEditor _editor;
    private readonly List<(string Operator, string Node, string Reason)> _refused = [];

    private OpsetRaiser(OnnxModel model, long from)
    {
        (_model, _from) = (model, from);
        FreeInitializers(model.Proto);
        model.Proto.IrVersion = Math.Max(model.Proto.IrVersion, IrVersion);
        Declare(model.Proto.OpsetImport);
        _editor = new GraphEditor(model);
    }

    /// <summary>A clone of <paramref name="model"/> in opset 13; the model itself where it is that or later.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Shapes of tensors of its main graph in any run, as far as they are known: only the ranks are used.</param>
    /// <exception cref="DiagnosticException">Some operators cannot be written in it (<see cref="ModelCodes.CannotRaise"/>); all are named.</exception>
    public static OnnxModel Raise(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes) =>
        model.Opset >= Opsets.ScalePerChannel ? model : new OpsetRaiser(model.Clone(), model.Opset).Run(shapes);

    private OnnxModel Run(IReadOnlyDictionary<string, long[]> shapes)
    {
        var proto = _model.Proto;
        var uses = new TensorUses(proto);
        Root(proto.Graph, new TensorFacts(proto.Graph, shapes), uses);
        foreach (var training in proto.TrainingInfo)
        {
            foreach (var graph in new[] { training.Initialization, training.Algorithm }.Where(graph => graph is not null))
            {
                Root(graph, new TensorFacts(graph, shapes), uses);
            }
        }

        foreach (var function in proto.Functions)
        {
            Function(function);
        }

        if (_refused.Count > 0)
        {
            throw new DiagnosticException(
                ModelCodes.CannotRaise,
                $"the model has opset {_from}, and {(_refused.Count == 1 ? "a node" : $"{_refused.Count} nodes")} of it cannot be written in opset "
                    + $"{Opsets.ScalePerChannel}: {string.Join("; ", _refused.GroupBy(node => (node.Operator, node.Reason)).Select(Named))}. "
                    + $"Export the model with opset {Opsets.ScalePerChannel} or later."
            );
        }

        _editor.Prune();
        return _model;
    }

    private static string Named(IGrouping<(string Operator, string Reason), (string, string Node, string)> group)
    {
        var names = string.Join(", ", group.Take(MostNamed).Select(node => $"'{node.Node}'"));
        var more = group.Count() > MostNamed ? $" and {group.Count() - MostNamed} more" : "";
        return $"{group.Key.Operator} {names}{more} ({group.Key.Reason})";
    }

    // A graph that has its own constants, which the graphs inside it see.
    private void Root(GraphProto graph, TensorFacts facts, TensorUses uses)
    {
        var constants = new List<TensorProto>();
        Body(graph, facts, new Scope(_from, new(StringComparer.Ordinal), constants, name => uses.Of(name) > 0));
        graph.Initializer.AddRange(constants);
    }

    private void Function(FunctionProto function)
    {
        var from = function.OpsetImport.Where(IsOwn).Select(import => import.Version).DefaultIfEmpty(Opsets.ScalePerChannel).Max();
        if (from >= Opsets.ScalePerChannel)
        {
            return;
        }

        Declare(function.OpsetImport);
        var constants = new List<TensorProto>();
        var read = function.Node.SelectMany(GraphWalk.Reads).Concat(function.Output).ToHashSet(StringComparer.Ordinal);
        var nodes = Nodes([.. function.Node], new TensorFacts(function), new Scope(from, new(StringComparer.Ordinal), constants, read.Contains));
        function.Node.Clear();
        function.Node.AddRange(constants.Select(ConstantNode));
        function.Node.AddRange(nodes);
    }

    private void Body(GraphProto graph, TensorFacts facts, Scope scope)
    {
        var nodes = Nodes([.. graph.Node], facts, scope);
        graph.Node.Clear();
        graph.Node.AddRange(nodes);
    }

    private IList<NodeProto> Nodes(List<NodeProto> nodes, TensorFacts facts, Scope scope)
    {
        var writer = new GraphWriter(_model, _editor.UniqueName) { Known = scope.Known };
        foreach (var node in nodes)
        {
            foreach (var inner in GraphWalk.SubGraphs(node))
            {
                Body(inner, new TensorFacts(inner, facts), scope);
            }

            var raised = new RaisedNode(node, scope.From, writer, facts, scope.IsRead);
            try
            {
                raised.Raise();
            }
            catch (RefusedNodeException refused)
            {
                _refused.Add((node.OpType, node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(output => output.Length > 0) ?? "", refused.Message));
            }
        }

        scope.Constants.AddRange(writer.NewConstants);
        return writer.NewNodes;
    }

    private static NodeProto ConstantNode(TensorProto tensor)
    {
        var node = new NodeProto { OpType = "Constant", Name = tensor.Name, Output = { tensor.Name } };
        node.Attribute.Add(GraphWriter.Attribute("value", tensor));
        return node;
    }

    // Until IR version 4 initialisers had to be inputs, and were constants all the same. From then on a caller may give what is an input.
    private static void FreeInitializers(ModelProto proto)
    {
        if (proto.IrVersion >= GivenTensors.FirstVersionWithFreeInitializers)
        {
            return;
        }

        var names = proto.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        List<ValueInfoProto> inputs = [.. proto.Graph.Input.Where(input => !names.Contains(input.Name))];
        proto.Graph.Input.Clear();
        proto.Graph.Input.AddRange(inputs);
    }

    private static void Declare(Google.Protobuf.Collections.RepeatedField<OperatorSetIdProto> imports)
    {
        if (!imports.Any(IsOwn))
        {
            imports.Add(new OperatorSetIdProto { Domain = "" });
        }

        foreach (var import in imports.Where(IsOwn))
        {
            import.Version = Opsets.ScalePerChannel;
        }
    }

    private static bool IsOwn(OperatorSetIdProto import) => import.Domain is "" or "ai.onnx";

    /// <summary>What a graph and those inside it share.</summary>
    /// <param name="From">The version that its nodes are written in.</param>
    /// <param name="Known">Names of new constants by content.</param>
    /// <param name="Constants">The new constants.</param>
    /// <param name="IsRead">Whether something reads a tensor.</param>
    private sealed record Scope(long From, Dictionary<string, string> Known, List<TensorProto> Constants, Func<string, bool> IsRead);
}
