using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelOptimizer.Pipeline.Inspection;

namespace ModelOptimizer.Pipeline.Reports;

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
    public static ReportJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                WriteIndented = true,
                NewLine = "\n",
                // A report that lacks something is none, not a surprise later.
                RespectNullableAnnotations = true,
                RespectRequiredConstructorParameters = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                Converters =
                {
                    new NumberOrNull(),
                    new JsonStringEnumConverter<DecisionSource>(JsonNamingPolicy.CamelCase),
                    new JsonStringEnumConverter<BudgetMeasure>(JsonNamingPolicy.CamelCase),
                    new JsonStringEnumConverter<GateOutcome>(JsonNamingPolicy.CamelCase),
                },
            }
        );

    /// <summary>JSON has neither NaN nor infinities: null stands for them, and is NaN when it comes back.</summary>
    private sealed class NumberOrNull : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
