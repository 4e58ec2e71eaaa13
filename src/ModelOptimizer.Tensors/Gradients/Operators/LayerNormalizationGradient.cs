using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Normalisations;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class LayerNormalizationGradient : IOperatorGradient
{
    public string Operator => "LayerNormalization";

    public void Backward(BackwardNode node)
    {
        var (graph, shape) = (node.Graph, node.InputShape(0));
        if (node.OutputGradientAt(1) is not null || node.OutputGradientAt(2) is not null)
        {
            throw node.NoGradient("the loss depends on its mean or deviation");
        }

        var gradient = node.OutputGradient;
        if (node.Wants(0) || node.Wants(1))
        {
            var axis = node.Proto.Int("axis", -1);
            var first = (int)(axis < 0 ? axis + shape.Length : axis);
            var normalised = Normalised.Of(graph, node.Input(0), node.Proto.Float("epsilon", 1e-5f), [.. Enumerable.Range(first, shape.Length - first).Select(reduced => (long)reduced)]);
            if (node.Wants(0))
            {
                node.Give(0, normalised.Gradient(graph.Node("Mul", [gradient, node.Input(1)])));
            }

            if (node.Wants(1))
            {
                node.GiveBroadcast(1, graph.Node("Mul", [gradient, normalised.Value]));
            }
        }

        node.GiveBroadcast(2, gradient);
    }
}
