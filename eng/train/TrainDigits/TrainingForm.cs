using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using static ModelOptimizer.Onnx.Writing.GraphWriter;

namespace TrainDigits;

/// <summary>The network with drawn weights, its activations normalised over each batch: such networks train fast (Ioffe and Szegedy, ICML 2015).</summary>
internal sealed class TrainingForm(int seed)
{
    public const float Epsilon = 1e-5f;

    private readonly Random _random = new(seed);

    public OnnxModel Build() => DigitNetwork.Build(Convolution, Draw(1, 10, 128), Filled(0, 10));

    private string Convolution(GraphWriter graph, int number, string x)
    {
        var (inputs, outputs) = (DigitNetwork.Channels[number - 1], DigitNetwork.Channels[number]);
        x = DigitNetwork.Convolution(graph, number, x, graph.Initializer($"conv{number}.weight", Draw(1.0 / 3, outputs, inputs, 3, 3)));
        var mean = graph.NodeTo($"mean{number}", "ReduceMean", [x], Attribute("axes", 0, 2, 3));
        var centred = graph.Node("Sub", [x, mean]);
        var variance = graph.NodeTo($"variance{number}", "ReduceMean", [graph.Node("Mul", [centred, centred])], Attribute("axes", 0, 2, 3));
        var deviation = graph.Node("Sqrt", [graph.Node("Add", [variance, graph.Scalar(Epsilon)])]);
        var scale = graph.Node("Div", [graph.Initializer($"scale{number}", Filled(1, 1, outputs, 1, 1)), deviation]);
        return graph.Node("Add", [graph.Node("Mul", [centred, scale]), graph.Initializer($"shift{number}", Filled(0, 1, outputs, 1, 1))]);
    }

    // Variance gain / inputs. Where activations are normalised only the direction of weights counts, and the same step turns smaller ones further.
    private TensorProto Draw(double gain, params long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, extent) => product * extent);
        var deviation = Math.Sqrt(gain * shape[0] / count);
        return WeightValues.Create("", (int)DataType.Float, shape, [.. Enumerable.Range(0, count).Select(_ => deviation * Normal())]);
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private static TensorProto Filled(double value, params long[] shape) =>
        WeightValues.Create("", (int)DataType.Float, shape, [.. Enumerable.Repeat(value, (int)shape.Aggregate(1L, (product, extent) => product * extent))]);
}
