using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>The part of a model that computes some of its tensors, with these as the only outputs.</summary>
internal static class TapModel
{
    public static OnnxModel Build(OnnxModel model, IReadOnlyCollection<string> tensors)
    {
        var result = new ModelProto(model.Proto);
        result.TrainingInfo.Clear();
        var graph = result.Graph;
        var needed = tensors.ToHashSet(StringComparer.Ordinal);
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse())
        {
            if (node.Output.Any(needed.Contains))
            {
                nodes.Add(node);
                needed.UnionWith(Reads(node));
            }
        }

        var made = nodes.SelectMany(node => node.Output).Concat(graph.Initializer.Select(tensor => tensor.Name)).ToHashSet(StringComparer.Ordinal);
        if (tensors.FirstOrDefault(tensor => !made.Contains(tensor)) is { } unknown)
        {
            throw new DiagnosticException(
                TensorsCodes.TapUnusable,
                $"The main graph has no tensor '{unknown}': its statistics cannot be collected. Exclude the layer that reads it.",
                OrtErrors.Position(model.Path));
        }

        nodes.Reverse();
        Replace(graph.Node, nodes);
        Replace(graph.Initializer, [.. graph.Initializer.Where(tensor => needed.Contains(tensor.Name))]);
        Replace(graph.SparseInitializer, [.. graph.SparseInitializer.Where(tensor => needed.Contains(tensor.Values.Name))]);
        Replace(graph.Input, [.. graph.Input.Where(input => needed.Contains(input.Name))]);
        Replace(graph.ValueInfo, [.. graph.ValueInfo.Where(value => !tensors.Contains(value.Name))]);
        // The runtime infers the outputs' types; what a file declares may be wrong or absent.
        Replace(graph.Output, [.. tensors.Select(tensor => new ValueInfoProto { Name = tensor })]);
        return new OnnxModel(result, model.Path);
    }

    // An inner graph reads outer names that are not among its node's inputs.
    private static IEnumerable<string> Reads(NodeProto node) =>
        node.Input.Concat(
            GraphWalk
                .SubGraphs(node)
                .SelectMany(GraphWalk.WithSubGraphs)
                .SelectMany(inner => inner.Node.SelectMany(item => item.Input).Concat(inner.Output.Select(output => output.Name)))
        );

    private static void Replace<T>(Google.Protobuf.Collections.RepeatedField<T> field, IReadOnlyCollection<T> items)
    {
        field.Clear();
        field.AddRange(items);
    }
}
