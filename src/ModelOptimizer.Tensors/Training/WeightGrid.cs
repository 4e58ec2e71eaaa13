using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// The numbers that a weight may have while it is trained. The optimiser moves a shadow of the weight, everything else sees the number that is nearest to it,
/// and the gradient by that is taken for the shadow's: it passes straight through (Bengio, Léonard, Courville, arXiv 1308.3432). No operator needs a rule for
/// that. The gradient is taken by the rounded tensor, and what rounds stands in front of it.
/// </summary>
internal interface IWeightGrid
{
    /// <summary>Adds the nodes that round <paramref name="shadow"/> to a tensor called <paramref name="name"/>.</summary>
    void Append(GraphWriter graph, string shadow, string name);
}

/// <summary>The numbers of float16.</summary>
internal sealed record HalfGrid : IWeightGrid
{
    /// <inheritdoc/>
    public void Append(GraphWriter graph, string shadow, string name) =>
        graph.NodeTo(name, "Cast", [graph.Cast(shadow, DataType.Float16)], GraphWriter.Attribute("to", (long)DataType.Float));
}

/// <summary>Whole multiples of a step, from <paramref name="Lowest"/> to <paramref name="Highest"/>.</summary>
/// <param name="Steps">One step for all numbers, or one for each of some slices; 0 makes zeros.</param>
/// <param name="StepDims">The shape of the steps beside the weight, 1 where they repeat.</param>
/// <param name="Lowest">The smallest multiple.</param>
/// <param name="Highest">The largest.</param>
internal sealed record WeightGrid(float[] Steps, long[] StepDims, int Lowest, int Highest) : IWeightGrid
{
    /// <inheritdoc/>
    public void Append(GraphWriter graph, string shadow, string name)
    {
        var codes = graph.Div(shadow, graph.Numbers(Array.ConvertAll(Steps, step => step == 0 ? 1 : step), StepDims));
        var nearest = graph.Clip(graph.Node("Floor", [graph.Add(codes, 0.5f)]), Lowest, Highest);
        graph.NodeTo(name, "Mul", [nearest, graph.Numbers(Steps, StepDims)]);
    }
}
