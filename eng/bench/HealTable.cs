using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>
/// ResNet-20 at 40 % of the parameters: what training after the decomposition brings back, with and without over-parameterisation. All arms take equal steps at
/// equal settings.
/// </summary>
internal static class HealTable
{
    private static readonly (string Name, string Step)[] Arms =
    [
        ("distill", "method: distill"),
        ("opdf, aux: none", "method: opdf, aux: none"),
        ("opdf, aux: differentiable", "method: opdf"),
    ];

    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="device">The manifest's device.</param>
    /// <param name="steps">Steps of training.</param>
    /// <param name="rate">The learning rate.</param>
    public static int Run(string shared, string device, string steps, string rate)
    {
        var resnet = new ResNet20(shared);
        using var kept = new Workspace();
        var student = Path.Combine(kept.Folder, "student.onnx");
        var layers = string.Join(", ", resnet.Layers.Select(layer => $"\"{layer.Name}\""));
        var decomposed = resnet.Measure($"method: tucker, layers: [{layers}], budget: {{ params: {resnet.Budget(0.40)} }}", device, "1", output =>
            File.Copy(output, student)
        );
        Console.WriteLine("| seed | after tucker | top-1 | ms a step | loss at the end |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Print("", "nothing", decomposed, steps: 0);
        foreach (var seed in new[] { "1", "2", "3" })
        {
            foreach (var (name, step) in Arms)
            {
                var training = $"{step}, student: {student}, steps: {steps}, batch: 64, learning-rate: {rate}, schedule: cosine";
                Print(seed, name, resnet.Measure(training, device, seed), int.Parse(steps, CultureInfo.InvariantCulture));
            }
        }

        return 0;
    }

    private static void Print(string seed, string name, (Pipeline.Results.ModelReport Report, Profile Profile) measured, int steps)
    {
        var top1 = measured.Report.Metrics.Single(metric => metric.Metric == "top1");
        var seconds = measured.Profile.Entries.Where(entry => entry.Activity == "training").Sum(entry => entry.Seconds);
        var loss = steps == 0 ? "" : measured.Report.Steps[0].Series[0].Points[^1].Y.ToString("G4", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {seed} | {name} | {top1.Compressed:P2} (from {top1.Original:P2}) | {(steps == 0 ? 0 : 1000 * seconds / steps):F1} | {loss} |"));
    }
}
