namespace ModelOptimizer.Onnx.Graphs;

/// <summary>The tensors that a caller may give, and so another value in every run.</summary>
internal static class GivenTensors
{
    // Before, every initialiser had to be an input of the graph, so being one said nothing.
    private const long FirstVersionWithFreeInitializers = 4;

    /// <summary>The inputs of the main graph of <paramref name="model"/>, initialisers among them; none before IR version 4.</summary>
    public static HashSet<string> Of(ModelProto model) =>
        model.IrVersion < FirstVersionWithFreeInitializers ? new(StringComparer.Ordinal) : model.Graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
}
