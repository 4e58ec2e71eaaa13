using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>Compresses the ResNet-50-sized model to half its bytes and says where time and memory went.</summary>
internal static class ResNet50Run
{
    public static int Run(string device, string linearAlgebra)
    {
        using var workspace = new Workspace();
        ResNet50Graph.Build().Save(Path.Combine(workspace.Folder, "resnet50.onnx"));
        var (report, profile) = workspace.Run($$"""
            version: 1
            device: {{device}}
            linear-algebra: {{linearAlgebra}}
            models:
              resnet50:
                source: resnet50.onnx
                calibrate: { random: 64 }
                compress:
                  - method: tucker
                    budget: { size: 50% }
            """);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Before.Bytes / 1e6:F1} MB -> {report.After.Bytes / 1e6:F1} MB ({(double)report.After.Bytes / report.Before.Bytes:P1}), "
                    + $"{profile.TotalSeconds:F0} s, peak {peak / 1e9:F2} GB"
            )
        );
        foreach (var (activity, seconds) in profile.Entries.TakeWhile(entry => entry.Seconds > profile.TotalSeconds / 200))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seconds,7:F1} s  {activity}"));
        }

        return 0;
    }
}
