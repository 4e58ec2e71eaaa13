using ModelOptimizer.Onnx;

namespace ModelOptimizer.Tensors.Training;

/// <summary>The memory that a training will take, in bytes, before it starts.</summary>
/// <param name="Parameters">Parameters and what the optimiser keeps about them, twice each, and what a step makes of the gradient.</param>
/// <param name="Activations">What the forward pass makes, which is kept for the backward pass, and the gradients by it.</param>
/// <param name="Samples">The samples, held in the host's memory.</param>
public sealed record TrainingMemory(long Parameters, long Activations, long Samples)
{
    // The gradient in parts and as one vector, the parts of the parameters, and the optimiser's terms.
    private const int StepVectors = 6;

    /// <summary>All together.</summary>
    public long Total => Parameters + Activations + Samples;

    /// <summary>Predicts before any graph is built.</summary>
    /// <param name="model">The model, or the models, that a step runs.</param>
    /// <param name="shapes">Their shapes for one sample.</param>
    /// <param name="batch">Samples in a batch.</param>
    /// <param name="trained">Number of trained elements.</param>
    /// <param name="optimizer">What makes new parameters of gradients.</param>
    /// <param name="samples">Bytes of the samples; see <see cref="SampleStore.Predict"/>.</param>
    public static TrainingMemory Predict(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes, int batch, long trained, IOptimizer optimizer, long samples) =>
        new(VectorBytes(trained, optimizer), 2 * batch * BytesOf(model.Graph.Node.SelectMany(node => node.Output), shapes), samples);

    /// <summary>Predicts for a graph.</summary>
    public static TrainingMemory Predict(TrainingGraph graph, long samples) => new(VectorBytes(graph.Count, graph.Optimizer), 2 * graph.ActivationBytes, samples);

    internal static long BytesOf(IEnumerable<string> tensors, IReadOnlyDictionary<string, long[]> shapes) =>
        sizeof(float) * tensors.Distinct(StringComparer.Ordinal).Sum(tensor => shapes.GetValueOrDefault(tensor)?.Aggregate(1L, (product, extent) => product * extent) ?? 0);

    private static long VectorBytes(long trained, IOptimizer optimizer) => sizeof(float) * trained * ((2 * (1 + optimizer.StateVectors)) + StepVectors);
}
