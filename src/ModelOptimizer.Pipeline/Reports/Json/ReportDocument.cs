using System.Text.Json;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>
/// <c>report.json</c>: one model, as a run prints it. Nothing in it depends on when or in which folder it was written. Fields are added, never renamed, within
/// one <paramref name="Version"/>.
/// </summary>
/// <param name="Version">The schema's version.</param>
/// <param name="Tool">Version of the tool.</param>
/// <param name="Manifest">The manifest's file name.</param>
/// <param name="Model">The model; paths are relative to the manifest's folder.</param>
internal sealed record ReportDocument(int Version, string Tool, string Manifest, ModelReport Model)
{
    public const int CurrentVersion = 1;

    /// <param name="report">The report.</param>
    /// <param name="tool">Version of the tool.</param>
    /// <param name="manifest">The manifest's absolute path.</param>
    public static ReportDocument Of(ModelReport report, string tool, string manifest)
    {
        var folder = Path.GetDirectoryName(manifest)!;
        string? Relative(string? path) => path is null ? null : Path.GetRelativePath(folder, path).Replace('\\', '/');
        return new(CurrentVersion, tool, Path.GetFileName(manifest), report with
        {
            Source = Relative(report.Source)!,
            Output = Relative(report.Output),
            ReportFile = Relative(report.ReportFile),
            // Whether the cache knew the answer says nothing about the model, and would make the second run's file another one.
            FromCache = null,
        });
    }

    /// <summary>The document in <paramref name="json"/>; null when it is none that this version understands.</summary>
    public static ReportDocument? Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReportJson.Readable.ReportDocument) is { Version: CurrentVersion } document && Whole.Is(document)
                ? document
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>This document with what <paramref name="earlier"/> says about how the very same output came to be: <c>verify</c> only measures.</summary>
    public ReportDocument WithOriginOf(ReportDocument earlier) =>
        Model.Steps.Count > 0 || earlier.Model.Name != Model.Name || earlier.Model.OutputSha256 != Model.OutputSha256
            ? this
            : this with
            {
                Model = Model with
                {
                    Decisions = earlier.Model.Decisions,
                    DecidedByTime = earlier.Model.DecidedByTime,
                    RankMultiple = earlier.Model.RankMultiple,
                    Steps = earlier.Model.Steps,
                    Times = earlier.Model.Times,
                    Search = earlier.Model.Search,
                },
            };

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ReportDocument);
}

/// <summary>
/// A run as JSON: what <c>compress --json</c> and <c>verify --json</c> print. Fields are added, never renamed, within one <paramref name="Version"/>.
/// </summary>
internal sealed record RunDocument(
    int Version,
    string Command,
    string Manifest,
    int ExitCode,
    IReadOnlyList<ModelReport> Models,
    IReadOnlyList<DiagnosticDocument> Diagnostics)
{
    public const int CurrentVersion = 1;

    public static RunDocument Of(string command, string manifest, RunResult result) =>
        new(CurrentVersion, command, manifest, result.ExitCode, result.Models, [.. result.Diagnostics.Select(DiagnosticDocument.Of)]);

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.RunDocument);
}

/// <summary>What <c>--json</c> prints instead of a command's own document when the command could not do its work.</summary>
internal sealed record FailureDocument(int Version, string Command, int ExitCode, IReadOnlyList<DiagnosticDocument> Diagnostics);
