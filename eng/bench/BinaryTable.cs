using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Methods.Common;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>
/// Two digits of MNIST told apart by a two-layer network: the time to a test accuracy by R-FISTA along a regularisation path, and by Adam on a ReLU network of
/// as many neurons.
/// </summary>
internal static class BinaryTable
{
    private const int First = 4;
    private const int Second = 9;
    private const int PerClass = 500;
    private const int Neurons = 100;
    private const double SmallestPenalty = 0.01;
    private const int Points = 10;
    private const int Batch = 128;
    private const int EpochsBetweenTests = 10;

    private static readonly int[] Seeds = [1, 2, 3];
    private static readonly double[] Targets = [0.94, 0.95, 0.96, 0.97];
    private static readonly double[] Gaps = [1e-1, 1e-3];
    private static readonly double[] Rates = [1e-4, 1e-3, 1e-2];

    /// <param name="shared">The folder that holds data/.</param>
    public static int Run(string shared)
    {
        var folder = MnistData.Folder(shared);
        var (inputs, targets) = Pair(new MnistSamples(folder, "train", "image"), PerClass);
        var (test, wanted) = Pair(new MnistSamples(folder, "t10k", "image"), int.MaxValue);
        using var engine = new Engine(DeviceSelector.Select("auto"));
        Console.WriteLine($"{First} and {Second}: {inputs.Rows:N0} images to learn from, {test.Rows:N0} to test on");
        Console.WriteLine(
            $"| solver | {string.Join(" | ", Targets.Select(target => $"s to {target:P1}"))} | s in all | accuracy at the end | neurons | gap at the end |"
        );
        Console.WriteLine($"| --- | {string.Join(" | ", Targets.Select(_ => "---"))} | --- | --- | --- | --- |");
        var longest = 0.0;
        foreach (var gap in Gaps)
        {
            List<Outcome> convex = [.. Seeds.Select(seed => Convex(engine, inputs, targets, test, wanted, gap, seed))];
            longest = Math.Max(longest, convex.Max(outcome => outcome.Seconds));
            Report(string.Create(CultureInfo.InvariantCulture, $"R-FISTA, each point to a gap of {gap:0e-0}"), convex);
        }

        foreach (var rate in Rates)
        {
            Report(
                string.Create(CultureInfo.InvariantCulture, $"Adam, rate {rate:0e-0}"),
                [.. Seeds.Select(seed => Adam(engine, inputs, targets, test, wanted, rate, longest, seed))]
            );
        }

        return 0;
    }

    private static Outcome Convex(Engine engine, Matrix inputs, Matrix targets, Matrix test, Matrix wanted, double gap, int seed)
    {
        var algebra = engine.LinearAlgebra;
        var clock = Stopwatch.StartNew();
        var regression = new GatedRegression(algebra, inputs, targets, Neurons, seed);
        var curve = new List<(double Seconds, double Accuracy)>();
        PathPoint? last = null;
        foreach (var point in regression.Path(SmallestPenalty, Points, new FistaSettings { MaxGap = gap }))
        {
            clock.Stop();
            last = point;
            curve.Add((clock.Elapsed.TotalSeconds, Accuracy(regression.Gated(point.Result.Weights).Predict(algebra, test), wanted)));
            clock.Start();
        }

        return new Outcome(curve, last!.Result.Weights.NonZeroRows().Count, last.Result.End.RelativeGap);
    }

    // On the same squared error, without a penalty, at a rate that stays: where it ends is not known before. For as long as R-FISTA took.
    private static Outcome Adam(Engine engine, Matrix inputs, Matrix targets, Matrix test, Matrix wanted, double rate, double seconds, int seed)
    {
        var clock = Stopwatch.StartNew();
        var samples = SampleStore.Read(new Rows(inputs, targets));
        var (graph, random) = (new GraphWriter(), new Random(seed));
        string Weight(string name, double deviation, params long[] shape) =>
            graph.Initializer(
                name,
                WeightValues.Create(
                    "",
                    (int)DataType.Float,
                    shape,
                    [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, extent) => product * extent)).Select(_ => random.NextNormal(deviation))]
                )
            );
        var (x, y) = (graph.Input("x", DataType.Float, -1, inputs.Columns), graph.Input("y", DataType.Float, -1, 1));
        string Dense(string from, string name, int outputs, int fanIn) =>
            graph.Node(
                "Gemm",
                [from, Weight(name, Math.Sqrt(2.0 / fanIn), outputs, fanIn), Weight($"{name}.bias", 0, outputs)],
                GraphWriter.Attribute("transB", 1)
            );
        var predicted = Dense(graph.Node("Relu", [Dense(x, "hidden", Neurons, inputs.Columns)]), "output", 1, Neurons);
        using var trainer = new Trainer(
            engine,
            TrainingGraph.Build(
                engine,
                graph,
                Losses.Mse(graph, predicted, y),
                ["hidden", "hidden.bias", "output", "output.bias"],
                new AdamW(WeightDecay: 0),
                Batch
            )
        );
        var order = Enumerable.Range(0, samples.Count).ToArray();
        var buffers = samples.Buffers(["x", "y"], Batch);
        var curve = new List<(double Seconds, double Accuracy)>();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (var epoch = 0; epoch < EpochsBetweenTests; epoch++)
            {
                random.Shuffle(order);
                for (var first = 0; first + Batch <= samples.Count; first += Batch)
                {
                    samples.Fill(buffers, order.AsSpan(first, Batch));
                    trainer.Step(buffers, rate);
                }
            }

            clock.Stop();
            curve.Add((clock.Elapsed.TotalSeconds, Accuracy(Network(trainer.Parameters(), inputs.Columns).Predict(engine.LinearAlgebra, test), wanted)));
            clock.Start();
        }

        return new Outcome(curve, Neurons, null);
    }

    // The output's bias is a neuron that is always open.
    private static ReluNetwork Network(IReadOnlyDictionary<string, HostTensor> parameters, int inputs)
    {
        double[] Values(string name) => Array.ConvertAll(parameters[name].As<float>().ToArray(), value => (double)value);
        var bias = Values("output.bias")[0];
        return new ReluNetwork(
            new AffineLayer(new Matrix(Neurons + 1, inputs, [.. Values("hidden"), .. new double[inputs]]), [.. Values("hidden.bias"), 1]),
            new Matrix(1, Neurons + 1, [.. Values("output"), bias]));
    }

    private static double Accuracy(Matrix predicted, Matrix wanted) =>
        predicted.Values.Zip(wanted.Values, (value, label) => value > 0 == label > 0).Count(right => right) / (double)wanted.Rows;

    private static void Report(string solver, List<Outcome> outcomes)
    {
        string Time(double target)
        {
            var times = outcomes.Select(outcome => outcome.TimeTo(target)).ToList();
            return times.Contains(null)
                ? $"{times.Count(time => time is not null)} of {times.Count} reach it"
                : string.Create(CultureInfo.InvariantCulture, $"{times.Average():F2}");
        }

        var accuracies = outcomes.Select(outcome => 100 * outcome.Curve[^1].Accuracy).ToList();
        var gap = outcomes.Max(outcome => outcome.Gap);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {solver} | {string.Join(" | ", Targets.Select(Time))} | {outcomes.Average(outcome => outcome.Seconds):F1} | {accuracies.Average():F2} % "
                    + $"({accuracies.Min():F2} to {accuracies.Max():F2}) | {outcomes.Average(outcome => outcome.Neurons):F0} | "
                    + $"{(gap is null ? "none is known" : $"{gap:0.0e-0}")} |"
            )
        );
    }

    private static (Matrix Inputs, Matrix Targets) Pair(MnistSamples samples, int perClass)
    {
        var (pixels, labels, counts) = (new List<double>(), new List<double>(), new int[10]);
        foreach (var batch in samples.Read())
        {
            var values = batch.Inputs["image"].As<float>();
            for (var i = 0; i < batch.Count; i++)
            {
                var label = (int)batch.Labels![i];
                if (label is First or Second && counts[label]++ < perClass)
                {
                    pixels.AddRange(Array.ConvertAll(values.Slice(i * 784, 784).ToArray(), value => (double)value));
                    labels.Add(label == First ? 1 : -1);
                }
            }
        }

        return (new Matrix(labels.Count, 784, [.. pixels]), new Matrix(labels.Count, 1, [.. labels]));
    }

    private sealed record Outcome(List<(double Seconds, double Accuracy)> Curve, int Neurons, double? Gap)
    {
        public double Seconds => Curve[^1].Seconds;

        public double? TimeTo(double accuracy) => Curve.Where(point => point.Accuracy >= accuracy).Select(point => (double?)point.Seconds).FirstOrDefault();
    }

    private sealed class Rows(Matrix inputs, Matrix targets) : IBatchSource
    {
        public int Count => inputs.Rows;

        public IEnumerable<Batch> Read() => [new(new Dictionary<string, HostTensor> { ["x"] = Tensor(inputs), ["y"] = Tensor(targets) }, Count)];

        private static HostTensor Tensor(Matrix matrix) =>
            HostTensor.From<float>(DataType.Float, [matrix.Rows, matrix.Columns], Array.ConvertAll(matrix.Values, value => (float)value));
    }
}
