using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>Runs every manifest of a build.</summary>
internal sealed class CompressedModels(BuildRequest request, RunManifest run)
{
    /// <summary>Runs all manifests, also after one failed: a build shows all its errors at once.</summary>
    /// <param name="log">Told everything as it happens.</param>
    /// <param name="directory">Where the runner writes: a staging folder, so that a later failure leaves the last build's files alone; with verify, the last
    /// build's.</param>
    /// <param name="cancellation">Ends it.</param>
    public Production Produce(IBuildLog log, string directory, CancellationToken cancellation)
    {
        List<ProducedModel> models = [];
        HashSet<string> inputs = [];
        var exitCode = ExitCode.Passed;
        foreach (var manifest in request.Manifests)
        {
            var result = run(Options(manifest, directory), new BuildObserver(log), cancellation);
            result.Diagnostics.ToList().ForEach(log.Diagnostic);
            models.AddRange(result.Models.Where(report => report.Output is not null).Select(Produced));
            inputs.Add(manifest);
            inputs.UnionWith(result.Inputs);
            exitCode = Math.Max(exitCode, result.ExitCode);
        }

        return new Production(models, [.. inputs], exitCode);
    }

    private RunOptions Options(string manifest, string directory) => new()
    {
        ManifestPath = manifest,
        Device = request.Device.Length == 0 ? null : request.Device,
        VerifyOnly = request.Verify,
        GatesAreWarnings = string.Equals(request.Severity, "warning", StringComparison.OrdinalIgnoreCase),
        OutputDirectory = directory,
        ReportDirectory = request.OutputDirectory,
        HasBrotli = OutputFolder.HasBrotli(request),
        CacheDirectory = request.CacheDirectory.Length == 0 ? CacheFolder.Default : request.CacheDirectory,
    };

    private static ProducedModel Produced(ModelReport report) => new(report.Name, report.Output!, Path.GetFileName(report.Source), report.Embed);
}

/// <summary>Turns a run into lines of a build log.</summary>
internal sealed class BuildObserver(IBuildLog log) : IRunObserver
{
    private string _activity = "";

    public void Message(string text) => log.Detail(text);

    public void Diagnostic(Diagnostic diagnostic) => log.Diagnostic(diagnostic);

    public void Progress(string model, MethodProgress progress)
    {
        var activity = $"{model}: {progress.Activity}";
        if (activity != _activity)
        {
            _activity = activity;
            log.Detail(activity);
        }
    }

    public void Finished(ModelReport report)
    {
        log.Headline(ModelLine.Of(report));
        if (report.ReportFile is { } file)
        {
            log.Headline($"report: {file}");
        }
    }
}
