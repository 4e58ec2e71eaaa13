using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Bench;

/// <summary>A temporary folder with a manifest that is run exactly as the command line would run it.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelopt-bench-");

    public string Folder => _folder.FullName;

    /// <summary>Writes and runs a manifest; a failed gate is an outcome, anything worse ends the benchmark.</summary>
    /// <param name="manifest">Its text.</param>
    /// <param name="cache">A cache to use; null to compute everything.</param>
    public (ModelReport Report, Profile Profile) Run(string manifest, string? cache = null)
    {
        var path = Path.Combine(Folder, "modelopt.yaml");
        File.WriteAllText(path, manifest);
        var profile = new Profile();
        var options = new RunOptions { ManifestPath = path, OutputDirectory = Path.Combine(Folder, "out"), CacheDirectory = cache };
        var result = CompressionRunner.Run(options, profile, CancellationToken.None);
        profile.Stop();
        return result.ExitCode <= 1 && result.Models is [var report]
            ? (report, profile)
            : throw new InvalidOperationException(string.Join(Environment.NewLine, result.Diagnostics));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
