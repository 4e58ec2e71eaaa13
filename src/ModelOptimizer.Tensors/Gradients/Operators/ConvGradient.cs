using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Convolutions;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ConvGradient : IOperatorGradient
{
    public string Operator => "Conv";

    public void Backward(BackwardNode node)
    {
        var (graph, input, weight, output) = (node.Graph, node.InputShape(0), node.InputShape(1), node.OutputShape());
        var group = node.Proto.Int("group", 1);
        var window = SpatialWindow.Of(node.Proto, weight[2..], input[2..], output[2..]);
        if (node.Wants(0))
        {
            node.Give(0, ConvolutionInput.Gradient(graph, node.OutputGradient, node.Input(1), weight, window, group, input[2..], output[2..]));
        }

        if (node.Wants(1))
        {
            node.Give(1, ConvolutionWeight.Gradient(graph, node.Input(0), input, node.OutputGradient, output, window, group));
        }

        if (node.Wants(2))
        {
            node.Give(2, graph.SumPerChannel(node.OutputGradient, output));
        }
    }
}
