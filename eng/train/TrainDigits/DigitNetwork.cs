using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Writing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using static ModelOptimizer.Onnx.Writing.GraphWriter;

namespace TrainDigits;

/// <summary>Five 3×3 convolutions and a linear layer: <c>image</c> float32 N×1×28×28 in, <c>logits</c> N×10 out.</summary>
internal static class DigitNetwork
{
    public static readonly int[] Channels = [1, 16, 32, 64, 64, 128];

    /// <summary>The network; <paramref name="convolution"/> adds the convolution of a number with what stands between it and its ReLU.</summary>
    public static OnnxModel Build(Func<GraphWriter, int, string, string> convolution, TensorProto weight, TensorProto bias)
    {
        var graph = new GraphWriter();
        var x = graph.Input("image", DataType.Float, -1, 1, 28, 28);
        for (var number = 1; number < Channels.Length; number++)
        {
            x = graph.NodeTo($"relu{number}", "Relu", [convolution(graph, number, x)]);
            if (number is 1 or 3)
            {
                x = graph.NodeTo($"pool{number}", "MaxPool", [x], Attribute("kernel_shape", 2, 2), Attribute("strides", 2, 2));
            }
        }

        x = graph.NodeTo("flatten", "Flatten", [graph.NodeTo("average", "GlobalAveragePool", [x])]);
        graph.NodeTo(
            "logits",
            "Gemm",
            [x, graph.Initializer("classifier.weight", weight), graph.Initializer("classifier.bias", bias)],
            Attribute("transB", 1L)
        );
        graph.Model.Graph.Node[^1].Name = "classifier";
        graph.Output("logits", DataType.Float, -1, 10);
        return graph.Build();
    }

    public static string Convolution(GraphWriter graph, int number, params string[] inputs) =>
        graph.NodeTo($"conv{number}", "Conv", inputs, Attribute("kernel_shape", 3, 3), Attribute("pads", 1, 1, 1, 1));
}
