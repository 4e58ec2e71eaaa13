using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Finds what a classifier computes before its softmax: losses that take a logarithm of a softmax are computed from that without loss of digits.
/// </summary>
internal static class Logits
{
    /// <summary>
    /// The input of the softmax that makes <paramref name="output"/>; <paramref name="output"/> itself where no softmax over its last axis makes it.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="output">One of its tensors.</param>
    /// <param name="shapes">Its shapes.</param>
    public static string Of(OnnxModel model, string output, IReadOnlyDictionary<string, long[]> shapes)
    {
        var node = model.Graph.Node.FirstOrDefault(candidate => candidate.Output.Contains(output));
        if (node?.Operator() == "Identity")
        {
            return Of(model, node.Input[0], shapes) is var before && before == node.Input[0] ? output : before;
        }

        return
            node?.Operator() is "Softmax" or "LogSoftmax"
            && shapes.TryGetValue(output, out var shape)
            && IsLast(node.Int("axis", model.Opset >= Opsets.SoftmaxOfOneAxis ? -1 : 1), shape.Length)
            ? node.Input[0]
            : output;
    }

    private static bool IsLast(long axis, int rank) => axis == -1 || axis == rank - 1;
}
