using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Training;

/// <summary>Many tensors as one vector, and back.</summary>
internal static class FlatParameters
{
    /// <summary>Makes the tensors, under their names, from <paramref name="vector"/> in front of all nodes; their initialisers go.</summary>
    public static void Unpack(GraphWriter graph, string vector, IReadOnlyList<TrainedTensor> tensors)
    {
        var proto = graph.Model.Graph;
        var names = tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        Remove(proto.Initializer, tensor => names.Contains(tensor.Name));
        Remove(proto.Input, input => names.Contains(input.Name));

        var before = proto.Node.Count;
        foreach (var tensor in tensors)
        {
            // Not one Split: WebGPU has no kernel for more than a few outputs, and fails only when it runs.
            var part = tensors.Count == 1 ? vector : graph.Slice(vector, [tensor.Offset], [tensor.Offset + tensor.Count], [0]);
            graph.NodeTo(tensor.Name, "Reshape", [part, graph.Constant(tensor.Shape)]);
        }

        NodeProto[] nodes = [.. proto.Node.Skip(before), .. proto.Node.Take(before)];
        proto.Node.Clear();
        proto.Node.Add(nodes);
    }

    /// <summary>All elements of <paramref name="tensors"/> in their order.</summary>
    public static string Pack(GraphWriter graph, IReadOnlyList<string> tensors)
    {
        string[] parts = [.. tensors.Select(tensor => graph.Reshape(tensor, -1))];
        return parts.Length == 1 ? parts[0] : graph.Node("Concat", parts, GraphWriter.Attribute("axis", 0L));
    }

    private static void Remove<T>(Google.Protobuf.Collections.RepeatedField<T> field, Predicate<T> which)
    {
        for (var i = field.Count - 1; i >= 0; i--)
        {
            if (which(field[i]))
            {
                field.RemoveAt(i);
            }
        }
    }
}
