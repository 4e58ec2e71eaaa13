using Google.Protobuf.Collections;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Preparing;

/// <summary>
/// What a file holds that is neither weight nor structure: a runtime computes the same without it. What an application can ask a runtime about a model stays:
/// the model's description, its metadata and producer, and whatever is said about inputs and outputs.
/// </summary>
internal static class Ballast
{
    // PyTorch's exporter writes the Python source that led to a node.
    private const string ExporterPrefix = "pkg.torch.onnx.";

    /// <summary>A copy of <paramref name="model"/> without texts about nodes and tensors, shapes that follow from the inputs', constants that nothing reads
    /// and repeated integer constants. Repeated float constants stay, since a step may train or factor each of them by itself.</summary>
    public static OnnxModel Strip(OnnxModel model)
    {
        var proto = model.Proto.Clone();
        var shapesFollow = ShapesFollow(proto);
        foreach (var graph in GraphWalk.Graphs(proto))
        {
            StripTexts(graph, isMain: ReferenceEquals(graph, proto.Graph), shapesFollow);
        }

        StripTexts(proto.Functions);
        foreach (var node in GraphWalk.Nodes(proto))
        {
            node.ClearDocString();
            StripMetadata(node.MetadataProps);
            node.Attribute.ToList().ForEach(attribute => attribute.ClearDocString());
        }

        foreach (var tensor in ModelTensors.All(proto))
        {
            tensor.ClearDocString();
            StripMetadata(tensor.MetadataProps);
        }

        StripConstants(proto);
        return model.With(proto);
    }

    private static void StripTexts(GraphProto graph, bool isMain, bool shapesFollow)
    {
        StripMetadata(graph.MetadataProps);
        StripTexts(graph.ValueInfo);
        if (shapesFollow)
        {
            graph.ValueInfo.Clear();
        }

        if (!isMain)
        {
            graph.ClearDocString();
            StripTexts(graph.Input);
            StripTexts(graph.Output);
        }
    }

    private static void StripTexts(RepeatedField<FunctionProto> functions)
    {
        foreach (var function in functions)
        {
            function.ClearDocString();
            StripMetadata(function.MetadataProps);
            StripTexts(function.ValueInfo);
            function.AttributeProto.ToList().ForEach(attribute => attribute.ClearDocString());
        }
    }

    private static void StripTexts(RepeatedField<ValueInfoProto> values)
    {
        foreach (var value in values)
        {
            value.ClearDocString();
            StripMetadata(value.MetadataProps);
        }
    }

    private static void StripMetadata(RepeatedField<StringStringEntryProto> entries) =>
        Keep(entries, entry => !entry.Key.StartsWith(ExporterPrefix, StringComparison.Ordinal));

    // With inputs of fixed size, and operators whose rules every runtime has, shapes inside are written down twice.
    private static bool ShapesFollow(ModelProto proto)
    {
        var functions = proto.Functions.Select(function => (function.Domain, function.Name)).ToHashSet();
        return proto.Graph.Input.All(input => input.Type?.TensorType?.Shape is { } shape && shape.Dim.All(extent => extent.DimValue > 0))
            && GraphWalk.Nodes(proto).All(node => node.Operator() is not null || functions.Contains((node.Domain, node.OpType)));
    }

    private static void StripConstants(ModelProto proto)
    {
        var graph = proto.Graph;
        var uses = new TensorUses(proto);
        var kept = GivenTensors.Of(proto);
        kept.UnionWith(graph.QuantizationAnnotation.SelectMany(annotation => annotation.QuantParameterTensorNames.Select(entry => entry.Value)));
        bool IsFree(string name) => uses.Of(name) == 0 && !kept.Contains(name);

        var gone = graph.Initializer.Select(tensor => tensor.Name).Concat(graph.SparseInitializer.Select(sparse => sparse.Values?.Name ?? "")).Where(IsFree)
            .ToHashSet(StringComparer.Ordinal);
        Keep(graph.Node, node => !(node.Operator() == "Constant" && node.Output.All(IsFree)));
        Keep(graph.SparseInitializer, sparse => !gone.Contains(sparse.Values?.Name ?? ""));
        gone.UnionWith(Merge(proto, uses, kept));
        Keep(graph.Initializer, tensor => !gone.Contains(tensor.Name));
        Keep(graph.Input, input => !gone.Contains(input.Name));
        Keep(graph.ValueInfo, value => !gone.Contains(value.Name));
    }

    // Readers of a repeated constant get the first one.
    private static Dictionary<string, string>.KeyCollection Merge(ModelProto proto, TensorUses uses, HashSet<string> kept)
    {
        var inner = GraphWalk.Graphs(proto).Skip(1).SelectMany(graph =>
            graph.Initializer.Select(tensor => tensor.Name).Concat(graph.Input.Select(input => input.Name)).Concat(graph.Node.SelectMany(node => node.Output)));
        var bound = proto.TrainingInfo.SelectMany(training => training.InitializationBinding.Concat(training.UpdateBinding))
            .SelectMany(binding => new[] { binding.Key, binding.Value });
        var fixedNames = kept.Concat(inner).Concat(bound).ToHashSet(StringComparer.Ordinal);
        var first = new Dictionary<TensorProto, string>();
        var instead = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tensor in proto.Graph.Initializer)
        {
            if (ElementTypes.IsFloat(tensor.DataType) || uses.IsOutput(tensor.Name) || fixedNames.Contains(tensor.Name))
            {
                continue;
            }

            var bare = tensor.Clone();
            bare.ClearName();
            if (!first.TryAdd(bare, tensor.Name))
            {
                instead.Add(tensor.Name, first[bare]);
            }
        }

        foreach (var node in GraphWalk.Graphs(proto).SelectMany(graph => graph.Node))
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = instead.GetValueOrDefault(node.Input[i], node.Input[i]);
            }
        }

        return instead.Keys;
    }

    private static void Keep<T>(RepeatedField<T> list, Func<T, bool> isKept)
    {
        if (!list.All(isKept))
        {
            List<T> left = [.. list.Where(isKept)];
            list.Clear();
            list.AddRange(left);
        }
    }
}
