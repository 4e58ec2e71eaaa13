using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Methods.NnBcd.Networks;

/// <summary>How a chain's last layer becomes an output of the model.</summary>
/// <param name="Output">The model's output.</param>
/// <param name="Probabilities">Whether a Softmax or its logarithm is on the way.</param>
/// <param name="Nodes">The nodes between them, in order.</param>
internal sealed record ChainEnd(string Output, bool Probabilities, IReadOnlyList<NodeProto> Nodes)
{
    /// <summary>The end behind <paramref name="last"/>; null when its output does not reach an output of the model, or through something else than changes of shape and Softmax.</summary>
    public static ChainEnd? Of(WeightLayer last, OnnxModel model)
    {
        var passages = new Passages(model);
        var nodes = new List<NodeProto>();
        var probabilities = false;
        var tensor = last.Output;
        while (!passages.IsOutput(tensor))
        {
            if (passages.Reader(tensor) is not { } node || passages.Of(node) is not { } passage || passage == Passage.Relu)
            {
                return null;
            }

            probabilities |= passage == Passage.Probabilities;
            nodes.Add(node);
            tensor = node.Output[0];
        }

        return new ChainEnd(tensor, probabilities, nodes);
    }
}
