using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Sessions;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Shapes;

/// <summary>
/// Integers that a graph computes from shapes and other integers alone: exporters write pads, new shapes and axes so. Where all shapes are fixed they are
/// constants.
/// </summary>
internal static class ShapeConstants
{
    /// <summary>Puts initialisers in the place of nodes that compute such integers. Every shape of <paramref name="model"/>'s inputs must be fixed.</summary>
    /// <param name="engine">Computes them, on zeros as inputs.</param>
    /// <param name="model">The model, which is changed.</param>
    public static void Fold(Engine engine, OnnxModel model)
    {
        var graph = model.Graph;
        var known = graph.Initializer.Where(tensor => IsInteger(tensor.DataType)).Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        known.ExceptWith(GivenTensors.Of(model.Proto));
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Node.Where(node => IsKnown(node, known)))
        {
            nodes.Add(node);
            known.UnionWith(node.Output);
        }

        var folded = nodes.ToHashSet(ReferenceEqualityComparer.Instance);
        var needed = graph.Node.Where(node => !folded.Contains(node)).SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        // A Constant node is a constant as it is.
        string[] results = [.. nodes.Where(node => node.OpType != "Constant").SelectMany(node => node.Output).Where(needed.Contains)];
        if (results.Length == 0)
        {
            return;
        }

        using var session = engine.Sessions.CreateExact(ShapeProbe.WithOutputs(model, results), SessionKind.AsWritten);
        var values = session.Run(session.Inputs.ToDictionary(input => input.Name, input => ShapeProbe.Zeros(input, model.Samples), StringComparer.Ordinal));
        foreach (var (name, value) in values.Where(result => IsInteger((int)result.Value.Type)))
        {
            var producer = nodes.First(node => node.Output.Contains(name));
            producer.Output[producer.Output.IndexOf(name)] = $"{name}/computed";
            var constant = new TensorProto { Name = name, DataType = (int)value.Type, RawData = Google.Protobuf.ByteString.CopyFrom(value.Bytes) };
            constant.Dims.Add(value.Shape);
            graph.Initializer.Add(constant);
        }
    }

    private static bool IsKnown(NodeProto node, HashSet<string> known) =>
        node.Operator() switch
        {
            null => false,
            "Shape" or "Size" => true,
            "Constant" => node.Attribute.Any(attribute =>
                attribute.Name is "value_int" or "value_ints" || (attribute.Name == "value" && IsInteger(attribute.T.DataType))
            ),
            var name => node.Input.Count > 0
                && node.Input.All(input => input.Length == 0 || known.Contains(input))
                && !name.StartsWith("Random", StringComparison.Ordinal)
                && name is not ("Bernoulli" or "Multinomial")
                && !GraphWalk.SubGraphs(node).Any(),
        };

    private static bool IsInteger(int type) => (DataType)type is DataType.Int64 or DataType.Int32 or DataType.Bool;
}
