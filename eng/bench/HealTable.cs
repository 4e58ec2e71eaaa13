using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 at 40 % of the parameters: what training after the decomposition brings back, with and without over-parameterisation. All arms take equal steps at equal settings.</summary>
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
    /// <param name="seed">The seed.</param>
    public static int Run(string shared, string device, string steps, string rate, string seed)
    {
        var resnet = new ResNet20(shared);
        var tucker = $"method: tucker, layers: [{string.Join(", ", resnet.Layers.Select(layer => $"\"{layer.Name}\""))}], budget: {{ params: {resnet.Budget(0.40)} }}";
        // The curves of tucker are the same for all arms.
        using var kept = new Workspace();
        Console.WriteLine("| seed | after tucker | top-1 | s | s of its training | ms a step | loss at the end |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        Print(seed, "nothing", resnet.Measure([tucker], device, seed, kept.Folder), steps: 0);
        foreach (var (name, step) in Arms)
        {
            var training = $"{step}, steps: {steps}, batch: 64, learning-rate: {rate}, schedule: cosine";
            Print(seed, name, resnet.Measure([tucker, training], device, seed, kept.Folder), int.Parse(steps, CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static void Print(string seed, string name, (Pipeline.Running.ModelReport Report, Profile Profile) measured, int steps)
    {
        var top1 = measured.Report.Metrics.Single(metric => metric.Metric == "top1");
        var seconds = measured.Profile.Entries.Where(entry => entry.Activity.StartsWith("training", StringComparison.Ordinal)).Sum(entry => entry.Seconds);
        var loss = steps == 0 ? "" : measured.Report.Steps[1].Series[0].Points[^1].Y.ToString("G4", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {seed} | {name} | {top1.Compressed:P2} (from {top1.Original:P2}) | {measured.Profile.TotalSeconds:F0} | {seconds:F0} | {(steps == 0 ? 0 : 1000 * seconds / steps):F1} | {loss} |"));
    }
}
