using System.Globalization;
using System.Numerics.Tensors;
using ModelOptimizer.Onnx;

namespace ModelOptimizer.Bench;

/// <summary>
/// ResNet-20's last stage replaced: convex gated students by alternating least squares, beside two-convolution ReLU students of as many weights, trained by
/// Adam for the same time.
/// </summary>
internal static class ConvexTable
{
    private static readonly int[] Widths = [4, 8, 16, 32, 64];
    private static readonly int[] Seeds = [1, 2, 3];

    // The rival gets the time for each of them, and the one with the lower loss counts.
    private static readonly double[] Rates = [1e-3, 1e-2];

    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="perClass">Images of each class that students are fitted to.</param>
    /// <param name="sweeps">The most sweeps of als.</param>
    public static int Run(string shared, string perClass, string sweeps)
    {
        var resnet = new ResNet20(shared);
        var teacher = OnnxModel.Load(resnet.Source);
        var data = Path.Combine(shared, "data", "cifar10");
        var input = teacher.Graph.Input[0].Name;
        var train = CifarImages.Load(Path.Combine(data, "train-4000.npz"), input);
        var test = CifarImages.Load(Path.Combine(data, "test-5000-jpeg.npz"), input);
        using var engine = new Engine(DeviceSelector.Select("auto"));
        Console.WriteLine($"original: {Accuracy(engine, teacher, test):P2} on {test.Count:N0} images");
        Console.WriteLine(
            "| images a class | gates | weights, without gates | s | gated: error | gated: top-1 | ReLU: filters | weights | steps | ReLU: top-1 |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var width in Widths)
        {
            Row(engine, resnet, teacher, train, test, int.Parse(perClass, CultureInfo.InvariantCulture), width, sweeps);
        }

        return 0;
    }

    private static void Row(Engine engine, ResNet20 resnet, OnnxModel teacher, CifarImages train, CifarImages test, int perClass, int width, string sweeps)
    {
        var (gated, relu, errors, seconds, steps) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<long>());
        var (weights, filters, rival) = (0L, 0, 0L);
        foreach (var seed in Seeds)
        {
            var images = train.PerClass(perClass, seed);
            var (model, report, time) = Gated(resnet, images, width, sweeps, seed);
            var block = report.Steps[0].Layers.Single();
            gated.Add(Accuracy(engine, model, test));
            errors.Add(block.RelativeError!.Value);
            seconds.Add(time);

            var student = new ReluStudent(engine, teacher, block.From!, block.To!);
            // A window of D numbers: the gated student has 2·D + outputs weights for each gate, this one D + outputs for each filter.
            var (window, outputs) = (9 * 32, 64);
            weights = block.ParametersAfter;
            filters = (int)Math.Round((double)weights / (window + outputs));
            rival = (long)filters * (window + outputs);
            var (other, done, _) = Rates.Select(rate => student.Train(images, filters, rate, time, seed)).MinBy(trained => trained.Loss);
            steps.Add(done);
            relu.Add(Accuracy(engine, other, test));
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {perClass} | {width} | {weights:N0}, {weights - (width * 9 * 32):N0} | {seconds.Average():F1} | {errors.Average():F3} | {Spread(gated)} | "
                    + $"{filters} | {rival:N0} | {steps.Average():F0} | {Spread(relu)} |"
            )
        );
    }

    // The time is that of the fit: not of reading the model and of evaluation.
    private static (OnnxModel Model, ModelReport Report, double Seconds) Gated(ResNet20 resnet, CifarImages images, int width, string sweeps, int seed)
    {
        using var workspace = new Workspace();
        images.Save(workspace.Folder);
        var (report, profile) = workspace.Run($$"""
            version: 1
            device: cpu
            seed: {{seed}}
            datasets:
              train: { inputs: { "{{images.Input}}": images.npy }, preprocess: { {{CifarImages.Preprocess}} } }
            models:
              resnet20:
                source: {{resnet.Source}}
                calibrate: { dataset: train, samples: {{images.Count}} }
                compress:
                  - { method: convex-distillation, width: {{width}}, sweeps: {{sweeps}} }
            """);
        var block = report.Steps[0].Layers.Single().Layer;
        return (
            OnnxModel.Load(report.Output!),
            report,
            profile.Entries.Where(entry => entry.Activity.EndsWith(block, StringComparison.Ordinal)).Sum(entry => entry.Seconds)
        );
    }

    private static double Accuracy(Engine engine, OnnxModel model, CifarImages test)
    {
        using var session = engine.CreateSession(model);
        var right = test.Read()
            .Sum(batch =>
                session
                    .Run(batch.Inputs)[session.Outputs[0].Name]
                    .As<float>()
                    .ToArray()
                    .Chunk(10)
                    .Zip(batch.Labels!, (scores, label) => TensorPrimitives.IndexOfMax<float>(scores) == label)
                    .Count(hit => hit)
            );
        return (double)right / test.Count;
    }

    private static string Spread(List<double> values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:F2} ± {100 * deviation:F2} %");
    }
}
