using System.Text.Json;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>
/// <c>report.json</c>: one model, the same <see cref="ModelDocument"/> that a run prints. Nothing in it depends on when or in which folder it was written. Fields
/// are added, never renamed, within one <paramref name="Version"/>.
/// </summary>
/// <param name="Version">The schema's version.</param>
/// <param name="Tool">Version of the tool.</param>
/// <param name="Manifest">The manifest's file name.</param>
/// <param name="Model">The model; paths are relative to the manifest's folder.</param>
internal sealed record ReportDocument(int Version, string Tool, string Manifest, ModelDocument Model)
{
    public const int CurrentVersion = 1;

    /// <param name="report">The report.</param>
    /// <param name="tool">Version of the tool.</param>
    /// <param name="manifest">The manifest's absolute path.</param>
    public static ReportDocument Of(ModelReport report, string tool, string manifest)
    {
        var folder = Path.GetDirectoryName(manifest)!;
        // Whether the cache knew the answer says nothing about the model, and would make the second run's file another one.
        var model = ModelDocument.Of(report, path => Path.GetRelativePath(folder, path).Replace('\\', '/')) with { FromCache = null };
        return new(CurrentVersion, tool, Path.GetFileName(manifest), model);
    }

    /// <summary>The document in <paramref name="json"/>; null when it is none that this version understands.</summary>
    public static ReportDocument? Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReportJson.Readable.ReportDocument) is { Version: CurrentVersion, Model.Steps: not null } document ? document : null;
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
