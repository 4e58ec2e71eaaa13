using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>A student in the form that can be trained.</summary>
internal static class TrainingModel
{
    // The first in which an initialiser is not an input as well.
    private const long FreeInitializers = 4;

    /// <summary>A clone of <paramref name="student"/> in which every one of <paramref name="weights"/> is an initialiser, and no initialiser is an input.</summary>
    public static OnnxModel Of(OnnxModel student, IReadOnlyCollection<string> weights)
    {
        var model = student.Clone();
        var graph = model.Graph;
        var constants = new ConstantLookup(graph);
        foreach (var constant in weights.Select(name => constants.Find(name)!).Where(constant => constant.Node is not null))
        {
            var tensor = constant.Tensor.Clone();
            tensor.Name = constant.Name;
            graph.Initializer.Add(tensor);
        }

        var names = weights.ToHashSet(StringComparer.Ordinal);
        var nodes = graph.Node.Where(node => node.Operator() != "Constant" || !names.Contains(node.Output[0])).ToList();
        graph.Node.Clear();
        graph.Node.Add(nodes);
        if (model.Proto.IrVersion < FreeInitializers)
        {
            var initializers = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
            var inputs = graph.Input.Where(input => !initializers.Contains(input.Name)).ToList();
            graph.Input.Clear();
            graph.Input.Add(inputs);
            model.Proto.IrVersion = FreeInitializers;
        }

        return model;
    }
}
