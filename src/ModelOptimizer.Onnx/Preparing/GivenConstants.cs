using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Preparing;

/// <summary>Initialisers that are inputs of the graph as well: a caller may give other numbers, and hardly any caller does.</summary>
internal static class GivenConstants
{
    /// <summary>
    /// <paramref name="model"/> with such initialisers as constants only: they are no inputs any more. The same model where there are none; before IR version 4
    /// every initialiser is among the inputs, and none can be given.
    /// </summary>
    /// <returns>The model, and how many initialisers it concerns.</returns>
    public static (OnnxModel Model, int Count) Declare(OnnxModel model)
    {
        var given = GivenTensors.Of(model.Proto);
        var sparse = model.Graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? "");
        given.IntersectWith(model.Graph.Initializer.Select(tensor => tensor.Name).Concat(sparse));
        if (given.Count == 0)
        {
            return (model, 0);
        }

        var proto = model.Proto.Clone();
        proto.Graph.Input.Clear();
        proto.Graph.Input.Add(model.Graph.Input.Where(input => !given.Contains(input.Name)).Select(input => input.Clone()));
        return (model.With(proto), given.Count);
    }
}
