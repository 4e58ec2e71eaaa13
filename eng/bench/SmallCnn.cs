using ModelOptimizer.Methods.Common;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Bench;

/// <summary>
/// An untrained network for MNIST: twice Conv 3×3, ReLU and maximum pooling with 16 and 32 channels, then 1568 → 128 → 10. Weights are drawn after He.
/// </summary>
internal static class SmallCnn
{
    public static OnnxModel Build(int seed)
    {
        var (graph, random) = (new GraphWriter(), new Random(seed));
        var x = graph.Input("image", TensorProto.Types.DataType.Float, -1, 1, 28, 28);
        x = Convolution(graph, random, "conv1", x, 16, 1);
        x = Convolution(graph, random, "conv2", x, 32, 16);
        x = Dense(graph, random, "fc1", graph.Node("Flatten", [x]), 128, 1568);
        x = Dense(graph, random, "fc2", graph.Node("Relu", [x]), 10, 128);
        graph.Output(x, TensorProto.Types.DataType.Float, -1, 10);
        return graph.Build();
    }

    private static string Convolution(GraphWriter graph, Random random, string name, string x, long outputs, long inputs)
    {
        x = graph.NodeTo(
            name,
            "Conv",
            [x, Weight(graph, random, name, inputs * 9, outputs, inputs, 3, 3), graph.Initializer($"{name}.bias", Zeros(outputs))],
            GraphWriter.Attribute("pads", 1, 1, 1, 1)
        );
        return graph.Node("MaxPool", [graph.Node("Relu", [x])], GraphWriter.Attribute("kernel_shape", 2, 2), GraphWriter.Attribute("strides", 2, 2));
    }

    private static string Dense(GraphWriter graph, Random random, string name, string x, long outputs, long inputs) =>
        graph.NodeTo(
            name,
            "Gemm",
            [x, Weight(graph, random, name, inputs, outputs, inputs), graph.Initializer($"{name}.bias", Zeros(outputs))],
            GraphWriter.Attribute("transB", 1)
        );

    private static string Weight(GraphWriter graph, Random random, string name, long fanIn, params long[] shape)
    {
        double[] values =
        [
            .. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, extent) => product * extent)).Select(_ => random.NextNormal() * Math.Sqrt(2.0 / fanIn)),
        ];
        return graph.Initializer($"{name}.weight", WeightValues.Create("", (int)TensorProto.Types.DataType.Float, shape, values));
    }

    private static TensorProto Zeros(long count) => WeightValues.Create("", (int)TensorProto.Types.DataType.Float, [count], new double[count]);
}
