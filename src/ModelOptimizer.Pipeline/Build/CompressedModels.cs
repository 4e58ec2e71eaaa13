using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>Runs every manifest of a build.</summary>
internal sealed class CompressedModels(BuildRequest request, RunManifest run, Func<string, CompressionPlan> readManifest)
{
    /// <summary>Runs all manifests, also after one failed: a build shows all its errors at once.</summary>
    /// <param name="log">Told everything as it happens.</param>
    /// <param name="directory">Where the runner writes: a staging folder, so that a later failure leaves the last build's files alone; with verify, the last build's.</param>
    /// <param name="cancellation">Ends it.</param>
    public Production Produce(IBuildLog log, string directory, CancellationToken cancellation)
    {
        List<ProducedModel> models = [];
        List<Diagnostic> diagnostics = [];
        HashSet<string> inputs = [];
        var exitCode = ExitCode.Passed;
        foreach (var manifest in request.Manifests)
        {
            var result = run(Options(manifest, directory), new BuildObserver(log), cancellation);
            result.Diagnostics.ToList().ForEach(log.Diagnostic);
            diagnostics.AddRange(result.Diagnostics);
            models.AddRange(result.Models.Where(report => report.Output is not null).Select(Produced));
            inputs.Add(manifest);
            inputs.UnionWith(result.Inputs);
            if (result.ExitCode != ExitCode.Passed)
            {
                inputs.UnionWith(NamedFiles(manifest));
                exitCode = Worse(exitCode, result.ExitCode);
            }
        }

        return new Production(models, diagnostics, [.. inputs], exitCode);
    }

    private RunOptions Options(string manifest, string directory) => new()
    {
        ManifestPath = manifest,
        Device = string.IsNullOrEmpty(request.Device) ? null : request.Device,
        VerifyOnly = request.Verify,
        GatesAreWarnings = string.Equals(request.Severity, "warning", StringComparison.OrdinalIgnoreCase),
        OutputDirectory = directory,
        CacheDirectory = string.IsNullOrEmpty(request.CacheDirectory) ? null : request.CacheDirectory,
    };

    private static ProducedModel Produced(ModelReport report) => new(report.Name, report.Output!, Path.GetFileName(report.Source), report.Embed);

    // A failed run may have stopped before it looked at every file; the ones the manifest names must be watched all the same.
    private IEnumerable<string> NamedFiles(string manifest)
    {
        try
        {
            return readManifest(manifest).Models.SelectMany(model =>
                new[] { model.Source }.Concat(model.Calibrate?.Dataset?.Files ?? []).Concat(model.Evaluate?.Dataset.Files ?? []));
        }
        catch (Exception exception) when (exception is DiagnosticException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // What cannot be answered from the state the next time outweighs what can.
    private static int Worse(int a, int b) => Math.Max(a, b);
}
