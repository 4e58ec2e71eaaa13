using System.Text.Json;
using ModelOptimizer.Pipeline.Inspection;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Everything that <c>--json</c> prints: one document each, camelCase, with a version that changes when a field is renamed or removed.</summary>
internal static class JsonReports
{
    /// <summary>A run of <c>compress</c> or <c>verify</c>.</summary>
    public static string Of(string command, string manifest, RunResult result) => RunDocument.Of(command, manifest, result).ToJson();

    /// <summary>The layers of a model.</summary>
    public static string Of(ModelInspection inspection) => JsonSerializer.Serialize(inspection, ReportJson.Readable.ModelInspection);

    /// <summary>The blocks of a model.</summary>
    public static string Of(ModelBlocks blocks) => JsonSerializer.Serialize(blocks, ReportJson.Readable.ModelBlocks);

    /// <summary>What methods there are.</summary>
    public static string Of(IReadOnlyList<IMethod> methods) => JsonSerializer.Serialize(MethodsDocument.Of(methods), ReportJson.Readable.MethodsDocument);

    /// <summary>What this machine has.</summary>
    public static string Of(EnvironmentReport report) => JsonSerializer.Serialize(report, ReportJson.Readable.EnvironmentReport);

    /// <summary>What the cache holds.</summary>
    public static string Of(CacheReport report) => JsonSerializer.Serialize(report, ReportJson.Readable.CacheReport);

    /// <summary>What was removed from the cache.</summary>
    public static string Of(CacheClearing clearing) => JsonSerializer.Serialize(clearing, ReportJson.Readable.CacheClearing);

    /// <summary>A command that could not do its work.</summary>
    public static string Failure(string command, int exitCode, IEnumerable<Diagnostic> diagnostics) =>
        JsonSerializer.Serialize(
            new FailureDocument(1, command, exitCode, [.. diagnostics.Select(DiagnosticDocument.Of)]),
            ReportJson.Readable.FailureDocument
        );
}
