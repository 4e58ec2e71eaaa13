using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Bench;

/// <summary>
/// The published MNIST network: Conv 3×3, stride 2, 32 filters → 5408 → 1024 → 1024 → 10, ReLU between, no pads. Untrained: every weight is 0.001.
/// </summary>
internal static class DigitNetwork
{
    public static OnnxModel Build()
    {
        var graph = new GraphWriter();
        var x = graph.Input("image", TensorProto.Types.DataType.Float, -1, 1, 28, 28);
        x = graph.NodeTo("conv", "Conv", [x, graph.Weight(1e-3f, 32, 1, 3, 3), graph.Weight(0, 32)], GraphWriter.Attribute("strides", 2, 2));
        x = graph.Node("Flatten", [graph.Node("Relu", [x])]);
        x = Dense(graph, "fc1", x, 1024, 5408);
        x = Dense(graph, "fc2", graph.Node("Relu", [x]), 1024, 1024);
        x = Dense(graph, "fc3", graph.Node("Relu", [x]), 10, 1024);
        graph.Output(x, TensorProto.Types.DataType.Float, -1, 10);
        return graph.Build();
    }

    private static string Dense(GraphWriter graph, string name, string x, long outputs, long inputs) =>
        graph.NodeTo(name, "Gemm", [x, graph.Weight(1e-3f, outputs, inputs), graph.Weight(0, outputs)], GraphWriter.Attribute("transB", 1));
}
