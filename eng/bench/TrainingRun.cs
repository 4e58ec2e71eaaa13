using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>
/// A small network trained from scratch on MNIST by the engine, and its time per step beside PyTorch's for the same network, batch and optimiser.
/// </summary>
internal static class TrainingRun
{
    private const int Batch = 64;
    private const int Epochs = 4;
    private const int RivalSteps = 400;

    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="python">A Python that has PyTorch; null leaves the rival out.</param>
    public static int Run(string shared, string? python)
    {
        using var engine = new Engine(DeviceSelector.Select("auto"));
        var folder = MnistData.Folder(shared);
        var samples = SampleStore.Read(new MnistSamples(folder, "train", "image"));
        samples.Add("label", HostTensor.From<long>(DataType.Int64, [samples.Count], samples.Labels!.ToArray()));

        var model = SmallCnn.Build(seed: 1);
        var builder = new GraphWriter(model.Clone());
        var label = builder.Input("label", DataType.Int64, -1);
        var loss = Losses.CrossEntropy(builder, model.Graph.Output[0].Name, Losses.OneHot(builder, label, 10));
        var graph = TrainingGraph.Build(
            engine,
            builder,
            loss,
            [.. model.Graph.Initializer.Where(tensor => tensor.Name.Contains('.', StringComparison.Ordinal)).Select(tensor => tensor.Name)],
            new AdamW(),
            Batch
        );
        using var trainer = new Trainer(engine, graph);
        var plan = new TrainingPlan(TrainingPlan.StepsOf(Epochs, samples.Count, Batch), new LearningRate(1e-3, ScheduleShape.Cosine), Seed: 1);

        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        var result = TrainingLoop.Run(trainer, samples, plan, new Progress(() =>
        {
            times.Add((clock.Elapsed - last).TotalSeconds);
            last = clock.Elapsed;
        }));
        var seconds = clock.Elapsed.TotalSeconds;
        result.StoreIn(model);

        var own = Median(times.Skip(times.Count / 10));
        var rival = python is null ? double.NaN : Rival(python);
        Console.WriteLine("| device | epochs | steps | top-1 on 10,000 | s in all | ms a step | PyTorch's | ratio |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {engine.Device.DeviceClass} | {Epochs} | {plan.Steps} | {Accuracy(engine, model, folder):P2} | {seconds:F0} | {1000 * own:F2} | "
                    + $"{1000 * rival:F2} | {own / rival:F2} |"
            )
        );
        return 0;
    }

    private static double Rival(string python)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "rivals", "training_step.py");
        using var process = Process.Start(
            new ProcessStartInfo(python, [script, $"{Batch}", $"{RivalSteps}", $"{Environment.ProcessorCount}"]) { RedirectStandardOutput = true }
        )!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static double Accuracy(Engine engine, OnnxModel model, string folder)
    {
        using var session = engine.CreateSession(model);
        var right = 0;
        var test = new MnistSamples(folder, "t10k", "image");
        foreach (var batch in test.Read())
        {
            var scores = session.Run(batch.Inputs)[session.Outputs[0].Name];
            for (var sample = 0; sample < batch.Count; sample++)
            {
                var row = scores.As<float>().Slice(sample * 10, 10);
                right += System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(row) == batch.Labels![sample] ? 1 : 0;
            }
        }

        return (double)right / test.Count;
    }

    private sealed class Progress(Action step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => step();
    }
}
