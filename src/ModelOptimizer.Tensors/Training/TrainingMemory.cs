using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Training;

/// <summary>The memory that a training will take, in bytes, before it starts.</summary>
/// <param name="Parameters">Parameters and what the optimiser keeps about them, twice each, and what a step makes of the gradient.</param>
/// <param name="Activations">What the forward pass makes, which is kept for the backward pass, the gradients by it, and the windows of the largest
/// convolution.</param>
/// <param name="Samples">The samples, held in the host's memory.</param>
internal sealed record TrainingMemory(long Parameters, long Activations, long Samples)
{
    // ONNX Runtime takes memory in blocks of growing size; of the last one it needs a part.
    private const double Blocks = 1.5;

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
    public static TrainingMemory Predict(
        OnnxModel model,
        IReadOnlyDictionary<string, long[]> shapes,
        int batch,
        long trained,
        IOptimizer optimizer,
        long samples
    ) => new(VectorBytes(trained, optimizer), batch * ActivationBytes(model.Graph.Node, shapes), samples);

    /// <summary>Predicts for a graph.</summary>
    public static TrainingMemory Predict(TrainingGraph graph, long samples) => new(VectorBytes(graph.Count, graph.Optimizer), graph.ActivationBytes, samples);

    /// <summary>All that the forward pass makes, the gradients by it, and the largest workspace in between.</summary>
    internal static long ActivationBytes(IReadOnlyCollection<NodeProto> nodes, IReadOnlyDictionary<string, long[]> shapes) =>
        (long)(Blocks * ((2 * BytesOf(nodes.SelectMany(node => node.Output), shapes)) + PatchBytes(nodes, shapes)));

    /// <summary>What the forward pass makes and keeps for a backward pass.</summary>
    internal static long ForwardBytes(IEnumerable<NodeProto> nodes, IReadOnlyDictionary<string, long[]> shapes) =>
        (long)(Blocks * BytesOf(nodes.SelectMany(node => node.Output), shapes));

    /// <summary>The windows of the largest convolution, one after the other and put together: what its weight's gradient is multiplied from.</summary>
    private static long PatchBytes(IEnumerable<NodeProto> nodes, IReadOnlyDictionary<string, long[]> shapes) => nodes
        .Where(node => node.Operator() == "Conv" && node.Input.Concat(node.Output).All(shapes.ContainsKey))
        .Select(node => 2 * sizeof(float) * shapes[node.Input[1]][1..].Product() * shapes[node.Output[0]][0] * shapes[node.Output[0]][2..].Product())
        .DefaultIfEmpty(0)
        .Max();

    private static long BytesOf(IEnumerable<string> tensors, IReadOnlyDictionary<string, long[]> shapes) =>
        sizeof(float) * tensors.Distinct(StringComparer.Ordinal).Sum(tensor => shapes.TryGetValue(tensor, out var shape) ? shape.Product() : 0);

    private static long VectorBytes(long trained, IOptimizer optimizer) => sizeof(float) * trained * ((2 * (1 + optimizer.StateVectors)) + StepVectors);
}
