using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Bench;

/// <summary>Compresses the ResNet-50-sized model to half its bytes and says where time and memory went.</summary>
internal static class ResNet50Run
{
    public static int Run(string device, string linearAlgebra)
    {
        using var workspace = new Workspace();
        var (report, profile) = Compress(workspace, device, linearAlgebra, "method: tucker, budget: { size: 50% }");
        Print(report, profile);
        foreach (var (activity, seconds) in profile.Entries.TakeWhile(entry => entry.Seconds > profile.TotalSeconds / 200))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seconds,7:F1} s  {activity}"));
        }

        return 0;
    }

    /// <summary>Rounding beside moments, under those of 64 images.</summary>
    /// <param name="bits">As the step has it, <c>weights: 4</c> or <c>rate: 2</c>.</param>
    public static int Quantize(string bits)
    {
        using var workspace = new Workspace();
        var (report, profile) = Compress(workspace, "cpu", LinearAlgebraWord.BuiltIn, $"method: quantize, {bits}");
        Print(report, profile);
        var layers = report.Steps.SelectMany(step => step.Layers).Select(layer => layer.Layer).ToHashSet(StringComparer.Ordinal);
        var rounding = profile.Entries.Where(entry => layers.Contains(entry.Activity)).Sum(entry => entry.Seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rounding,7:F1} s  rounding of {layers.Count} layers"));
        foreach (var (activity, seconds) in profile.Entries.Where(entry => !layers.Contains(entry.Activity)))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seconds,7:F1} s  {activity}"));
        }

        return 0;
    }

    private static (ModelReport Report, Profile Profile) Compress(Workspace workspace, string device, string linearAlgebra, string step)
    {
        ResNet50Graph.Build().Save(Path.Combine(workspace.Folder, "resnet50.onnx"));
        return workspace.Run($$"""
            version: 1
            device: {{device}}
            linear-algebra: {{linearAlgebra}}
            models:
              resnet50:
                source: resnet50.onnx
                calibrate: { random: 64 }
                compress:
                  - { {{step}} }
            """);
    }

    private static void Print(ModelReport report, Profile profile) => Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Before.Bytes / 1e6:F1} MB -> {report.After.Bytes / 1e6:F1} MB ({(double)report.After.Bytes / report.Before.Bytes:P1}), "
                + $"{profile.TotalSeconds:F0} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:F2} GB"
        )
    );
}
