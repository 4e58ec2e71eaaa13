using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Writing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>Layers whose second moments are much to hold: windows of many taps, and a matrix of many inputs. Seeded normal weights.</summary>
internal static class PatchGraph
{
    /// <summary>A vision transformer's first layer: 768×3×16×16 at stride 16 on 224×224.</summary>
    public static OnnxModel Build()
    {
        var graph = new GraphWriter();
        graph.Input("image", DataType.Float, -1, 3, 224, 224);
        graph.NodeTo("y", "Conv", ["image", Weights(graph, 768, 3, 16, 16)], GraphWriter.Attribute("strides", 16, 16));
        graph.Output("y", DataType.Float, -1, 768, 14, 14);
        return graph.Build();
    }

    /// <summary>An early network's head: 96×11×11 numbers behind a Flatten, to 512, to 10.</summary>
    public static OnnxModel Head()
    {
        var graph = new GraphWriter();
        graph.Input("maps", DataType.Float, -1, 96, 11, 11);
        var hidden = graph.Node("Relu", [graph.Node("Gemm", [graph.Node("Flatten", ["maps"]), Weights(graph, 96 * 11 * 11, 512)])]);
        graph.NodeTo("y", "Gemm", [hidden, Weights(graph, 512, 10)]);
        graph.Output("y", DataType.Float, -1, 10);
        return graph.Build();
    }

    private static string Weights(GraphWriter graph, params long[] shape)
    {
        var deviation = Math.Sqrt(2.0 * shape[^1] / shape.Aggregate(1L, (product, extent) => product * extent));
        return graph.Numbers("weight", new NormalNumbers().Draw(deviation, shape), shape);
    }
}
