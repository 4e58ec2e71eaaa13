using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace TrainDigits;

/// <summary>The network as it is used: what the normalisations do to the digits on average is folded into the convolutions.</summary>
internal sealed class DeployedForm(Engine engine, OnnxModel trained, IBatchSource digits)
{
    private readonly ConstantLookup _weights = new(trained.Graph);

    public OnnxModel Build()
    {
        string[] names = [.. Enumerable.Range(1, DigitNetwork.Channels.Length - 1).SelectMany(number => new[] { $"mean{number}", $"variance{number}" })];
        var batches = Activations
            .Read(engine, trained, names, digits)
            .Select(batch => batch.Values.Select(tensor => tensor.As<float>().ToArray()).ToList())
            .ToList();
        var averages = names
            .Select((name, i) => (name, Values: Average([.. batches.Select(batch => batch[i])])))
            .ToDictionary(item => item.name, item => item.Values);
        return DigitNetwork.Build(
            (graph, number, x) => Convolution(graph, number, x, averages),
            _weights["classifier.weight"].Clone(),
            _weights["classifier.bias"].Clone()
        );
    }

    // scale·(w∗x − mean) / deviation + shift = (scale / deviation · w)∗x + (shift − scale / deviation · mean)
    private string Convolution(GraphWriter graph, int number, string x, Dictionary<string, double[]> averages)
    {
        var (kernel, scale, shift) = (
            _weights[$"conv{number}.weight"],
            WeightValues.ReadDoubles(_weights[$"scale{number}"]),
            WeightValues.ReadDoubles(_weights[$"shift{number}"])
        );
        double[] factor = [.. scale.Zip(averages[$"variance{number}"], (s, variance) => s / Math.Sqrt(variance + TrainingForm.Epsilon))];
        var values = WeightValues.ReadDoubles(kernel);
        var perOutput = values.Length / factor.Length;
        var weight = WeightValues.Create("", (int)DataType.Float, kernel.Dims, [.. values.Select((value, i) => value * factor[i / perOutput])]);
        var bias = WeightValues.Create("", (int)DataType.Float, [factor.Length], [.. factor.Select((f, i) => shift[i] - (f * averages[$"mean{number}"][i]))]);
        return DigitNetwork.Convolution(graph, number, x, graph.Initializer($"conv{number}.weight", weight), graph.Initializer($"conv{number}.bias", bias));
    }

    private static double[] Average(float[][] vectors) => [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Average(vector => (double)vector[i]))];
}
