using Google.Protobuf.Collections;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Onnx.Preparing;

/// <summary>
/// Weights that stand inside the branches of <c>If</c> and the bodies of <c>Loop</c> and <c>Scan</c>. Such a graph sees what the main graph has, and what
/// makes a weight of fewer bits when a model is loaded has to stand there: in a body it would run every time.
/// </summary>
internal static class BodyWeights
{
    /// <summary>
    /// <paramref name="model"/> with the float constants of its sub-graphs that have two dimensions or more as initialisers of the main graph. Names stay where
    /// no other graph has the same. The same model where there are none.
    /// </summary>
    public static OnnxModel Lift(OnnxModel model)
    {
        if (!Bodies(model).SelectMany(Weights).Any())
        {
            return model;
        }

        var lifted = model.With(model.Proto.Clone());
        var editor = new GraphEditor(lifted);
        var definitions = GraphWalk.Graphs(lifted.Proto).SelectMany(Defined).CountBy(name => name).ToDictionary(StringComparer.Ordinal);
        foreach (var body in Bodies(lifted).ToList())
        {
            foreach (var (name, tensor) in Weights(body).ToList())
            {
                var free = definitions[name] == 1 ? name : editor.UniqueName(name);
                Remove(body.Initializer, initializer => initializer.Name == name);
                Remove(body.Node, node => node.Operator() == "Constant" && node.Output.Contains(name));
                Remove(body.ValueInfo, info => info.Name == name);
                Rename(body, name, free);
                tensor.Name = free;
                editor.AddInitializer(tensor);
            }
        }

        return lifted;
    }

    private static IEnumerable<GraphProto> Bodies(OnnxModel model) => GraphWalk.WithSubGraphs(model.Graph).Skip(1);

    // What a graph gives has to be its own, and a constant that is also an input is only its default.
    private static IEnumerable<(string Name, TensorProto Tensor)> Weights(GraphProto body)
    {
        var kept = body.Input.Select(input => input.Name)
            .Concat(GraphWalk.WithSubGraphs(body).SelectMany(graph => graph.Output).Select(output => output.Name))
            .ToHashSet(StringComparer.Ordinal);
        return new ConstantLookup(body).All
            .Where(constant => constant.Tensor.Dims.Count > 1 && ElementTypes.IsFloat(constant.Tensor.DataType) && !kept.Contains(constant.Name))
            .Select(constant => (constant.Name, constant.Tensor));
    }

    private static IEnumerable<string> Defined(GraphProto graph) => graph.Input.Select(input => input.Name)
        .Concat(graph.Initializer.Select(tensor => tensor.Name))
        .Concat(graph.Node.SelectMany(node => node.Output))
        .Distinct(StringComparer.Ordinal);

    // A graph inside that has the name for something of its own means that.
    private static void Rename(GraphProto graph, string name, string free)
    {
        if (name == free)
        {
            return;
        }

        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == name ? free : node.Input[i];
            }

            foreach (var inner in GraphWalk.SubGraphs(node).Where(inner => !Defined(inner).Contains(name)))
            {
                Rename(inner, name, free);
            }
        }
    }

    private static void Remove<T>(RepeatedField<T> list, Predicate<T> isGone)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (isGone(list[i]))
            {
                list.RemoveAt(i);
            }
        }
    }
}
