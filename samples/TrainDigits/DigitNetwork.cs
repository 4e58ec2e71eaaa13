using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Graphs;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using static ModelOptimizer.Tensors.Graphs.GraphBuilder;

namespace TrainDigits;

/// <summary>Five 3×3 convolutions and a linear layer, 135,370 weights: <c>image</c> float32 N×1×28×28 in, <c>logits</c> N×10 out.</summary>
internal sealed class DigitNetwork(int seed)
{
    private readonly GraphBuilder graph = new();
    private readonly Random random = new(seed);

    /// <summary>The network with drawn weights.</summary>
    public OnnxModel Build()
    {
        var x = graph.Input("image", DataType.Float, -1, 1, 28, 28);
        x = Pool("pool1", Convolution(1, x, 1, 16));
        x = Convolution(2, x, 16, 32);
        x = Pool("pool3", Convolution(3, x, 32, 64));
        x = Convolution(4, x, 64, 64);
        x = Convolution(5, x, 64, 128);
        x = graph.NodeTo("flatten", "Flatten", [graph.NodeTo("average", "GlobalAveragePool", [x])]);
        graph.NodeTo("logits", "Gemm", [x, Weights("classifier.weight", 1, 10, 128), Zeros("classifier.bias", 10)], Attribute("transB", 1L));
        graph.Model.Graph.Node[^1].Name = "classifier";
        graph.Output("logits", DataType.Float, -1, 10);
        return graph.Build();
    }

    private string Convolution(int number, string x, int inputs, int outputs)
    {
        var weights = Weights($"conv{number}.weight", 2, outputs, inputs, 3, 3);
        x = graph.NodeTo($"conv{number}", "Conv", [x, weights, Zeros($"conv{number}.bias", outputs)], Attribute("kernel_shape", 3, 3), Attribute("pads", 1, 1, 1, 1));
        return graph.NodeTo($"relu{number}", "Relu", [x]);
    }

    private string Pool(string name, string x) => graph.NodeTo(name, "MaxPool", [x], Attribute("kernel_shape", 2, 2), Attribute("strides", 2, 2));

    // Variance gain / inputs keeps the size of activations from layer to layer; a ReLU, which halves it, needs a gain of 2 (He et al., ICCV 2015).
    private string Weights(string name, double gain, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, extent) => product * extent);
        var deviation = Math.Sqrt(gain * shape[0] / count);
        return graph.Initializer(name, WeightValues.Create(name, (int)DataType.Float, shape, [.. Enumerable.Range(0, (int)count).Select(_ => deviation * Normal())]));
    }

    private string Zeros(string name, int count) => graph.Initializer(name, WeightValues.Create(name, (int)DataType.Float, [count], new double[count]));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
