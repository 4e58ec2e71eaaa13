using System.Globalization;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Bench;

/// <summary>ResNet-20 made smaller by a step on 512 images, and what trainings on 4,000 bring back: file, shipped bytes and accuracy before and after.</summary>
internal static class HealedTable
{
    /// <param name="shared">The folder that holds data/.</param>
    /// <param name="step">What makes it smaller, such as <c>method: quantize, rate: 1.2</c>.</param>
    /// <param name="trainings">Trainings of the result, such as <c>method: distill, steps: 1000</c>, with <c>;</c> between them.</param>
    /// <param name="seeds">The manifest's seeds.</param>
    public static int Run(string shared, string step, string trainings, string seeds)
    {
        var resnet = new ResNet20(shared);
        var original = new FileInfo(resnet.Source).Length;
        Console.WriteLine("| step | seed | file | Brotli | top-1 | ms a step | loss at the end | |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var seed in seeds.Split(','))
        {
            using var kept = new Workspace();
            byte[] file = [];
            var student = Path.Combine(kept.Folder, "student.onnx");
            Print(step, samples: 512);
            File.WriteAllBytes(student, file);
            foreach (var training in trainings.Split(';', StringSplitOptions.TrimEntries))
            {
                Print($"{training}, student: {student}", samples: 4000);
            }

            void Print(string what, int samples)
            {
                var (report, profile) = resnet.Measure(what, "cpu", seed, output => file = File.ReadAllBytes(output), samples);
                var losses = report.Steps[0].Series.FirstOrDefault(series => series.Plot == "training")?.Points;
                var seconds = profile.Entries.Where(entry => entry.Activity == "training").Sum(entry => entry.Seconds);
                var time = losses is null ? "" : $"{1000 * seconds / losses[^1].X:F0}";
                var said = string.Join(", ", report.Steps[0].Certificates.Select(value => $"{value.Name} {value.Value:G3}"));
                var top1 = report.Metrics.Single(metric => metric.Metric == "top1").Compressed;
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {what.Split(", student:")[0]} | {seed} | {Share(file.Length):P2} | {Share(Brotli(file)):P2} | {top1:P2} | {time} | {losses?[^1].Y:G3} | {said} |"));
            }
        }

        return 0;

        double Share(long bytes) => (double)bytes / original;
    }

    private static int Brotli(byte[] file) => Packing.Pack(file, EmbedCompression.Brotli, hasBrotli: true).Bytes.Length;
}
