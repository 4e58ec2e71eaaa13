using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOptimizer.Pipeline.Inspection;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>The documents of <c>--json</c> and of report files.</summary>
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(FailureDocument))]
[JsonSerializable(typeof(ModelInspection))]
[JsonSerializable(typeof(ModelBlocks))]
[JsonSerializable(typeof(MethodsDocument))]
[JsonSerializable(typeof(EnvironmentReport))]
[JsonSerializable(typeof(CacheReport))]
[JsonSerializable(typeof(CacheClearing))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>For people's eyes as well: an arrow stays an arrow.</summary>
    public static ReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
