using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Convolutions;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

/// <summary>A transposed convolution is a convolution's gradient by its input, so its own gradients are that convolution and its gradient by the weight.</summary>
internal sealed class ConvTransposeGradient : IOperatorGradient
{
    public string Operator => "ConvTranspose";

    public void Backward(BackwardNode node)
    {
        var (graph, input, weight, output) = (node.Graph, node.InputShape(0), node.InputShape(1), node.OutputShape());
        var group = node.Proto.Int("group", 1);
        var window = SpatialWindow.OfTransposed(node.Proto, weight[2..], output[2..], input[2..]);
        if (node.Wants(2))
        {
            node.Give(2, graph.SumPerChannel(node.OutputGradient, output));
        }

        // The padding at the end that makes the convolution's output exactly as large as the input here; output_padding beyond a stride makes it negative.
        var end = window.Begin.Select((begin, axis) => ((input[axis + 2] - 1) * window.Strides[axis]) + window.Extent(axis) - begin - output[axis + 2]).ToArray();
        var gradient = graph.Padded(node.OutputGradient, [0, 0, .. window.Begin, 0, 0, .. end]);
        long[] padded = [.. output.Select((extent, axis) => axis < 2 ? extent : extent + window.Begin[axis - 2] + end[axis - 2])];
        window = window with { Begin = new long[window.Rank], End = new long[window.Rank] };
        if (node.Wants(0))
        {
            node.Give(0, graph.Node(
                "Conv",
                [gradient, node.Input(1)],
                GraphBuilder.Attribute("kernel_shape", window.Kernel),
                GraphBuilder.Attribute("strides", window.Strides),
                GraphBuilder.Attribute("dilations", window.Dilations),
                GraphBuilder.Attribute("group", group)));
        }

        if (node.Wants(1))
        {
            node.Give(1, ConvolutionWeight.Gradient(graph, gradient, padded, node.Input(0), input, window, group));
        }
    }
}
