using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>The part of a model that computes some of its tensors, with these as the only outputs.</summary>
internal static class TapModel
{
    /// <param name="model">The whole model, which is not changed.</param>
    /// <param name="tensors">What is wanted.</param>
    /// <param name="given">Tensors that are known and become inputs, with their types; null for none but the model's inputs.</param>
    public static OnnxModel Build(OnnxModel model, IReadOnlyCollection<string> tensors, IReadOnlyDictionary<string, TypeProto>? given = null)
    {
        var result = new ModelProto(model.Proto);
        result.TrainingInfo.Clear();
        var graph = result.Graph;
        var needed = tensors.ToHashSet(StringComparer.Ordinal);
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse())
        {
            if (node.Output.Any(output => needed.Contains(output) && given?.ContainsKey(output) != true))
            {
                nodes.Add(node);
                needed.UnionWith(GraphWalk.Reads(node));
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
        var added = given?.Where(tensor => needed.Contains(tensor.Key)).Select(tensor => new ValueInfoProto { Name = tensor.Key, Type = tensor.Value }) ?? [];
        Replace(graph.Input, [.. graph.Input.Where(input => needed.Contains(input.Name) && given?.ContainsKey(input.Name) != true), .. added]);
        Replace(graph.ValueInfo, [.. graph.ValueInfo.Where(value => !tensors.Contains(value.Name))]);
        // The runtime infers the outputs' types; what a file declares may be wrong or absent.
        Replace(graph.Output, [.. tensors.Select(tensor => new ValueInfoProto { Name = tensor })]);
        return new OnnxModel(result, model.Path) { Samples = model.Samples };
    }

    private static void Replace<T>(Google.Protobuf.Collections.RepeatedField<T> field, IReadOnlyCollection<T> items)
    {
        field.Clear();
        field.AddRange(items);
    }
}
