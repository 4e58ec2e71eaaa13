using System.Text.Json;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A run as JSON: what <c>compress --json</c> and <c>verify --json</c> print. Fields are added, never renamed, within one <paramref name="Version"/>.</summary>
internal sealed record RunDocument(
    int Version,
    string Command,
    string Manifest,
    int ExitCode,
    IReadOnlyList<ModelDocument> Models,
    IReadOnlyList<DiagnosticDocument> Diagnostics)
{
    public const int CurrentVersion = 1;

    public static RunDocument Of(string command, string manifest, RunResult result) => new(
        CurrentVersion,
        command,
        manifest,
        result.ExitCode,
        [.. result.Models.Select(report => ModelDocument.Of(report))],
        [.. result.Diagnostics.Select(DiagnosticDocument.Of)]);

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.RunDocument);
}
