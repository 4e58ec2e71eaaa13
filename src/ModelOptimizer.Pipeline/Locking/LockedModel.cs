using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>One model of a lock file.</summary>
internal sealed record LockedModel
{
    /// <summary>SHA-256 of everything the decisions depend on: parts of the manifest, and files by their path from the manifest.</summary>
    public required LockedInputs Inputs { get; init; }

    /// <summary>What was decided, step by step.</summary>
    public required IReadOnlyList<LockedStep> Steps { get; init; }

    /// <summary>Whether measured times had a say.</summary>
    public bool DecidedByTime { get; init; }

    /// <summary>What chosen ranks are multiples of, by measured time; 1 when time had no say.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>How many searches have looked at the samples of the gates, this one counted, as far as this file knows; 0 where none has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Looks { get; init; }

    /// <summary>What the original costs.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>What the compressed model costs.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Metrics of both.</summary>
    public required IReadOnlyDictionary<string, LockedMetric> Metrics { get; init; }

    /// <summary>SHA-256 of the compressed model.</summary>
    public required string Output { get; init; }

    /// <summary>The tool's version.</summary>
    public required string Tool { get; init; }

    /// <summary>Provider, device and ONNX Runtime version in one word.</summary>
    public required string Device { get; init; }

    /// <summary>SHA-256 of all that is above, so that an entry which was changed by hand or by a merge is noticed; null in files of earlier versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Seal { get; init; }

    /// <summary>Per step, the choices that lead to the same model.</summary>
    [JsonIgnore]
    public IReadOnlyList<IReadOnlyDictionary<string, Choice>> Choices => [.. Steps.Select(step => step.Choices())];

    /// <summary>Whether it has what any lock has; its lists may hold null where their members were edited.</summary>
    [JsonIgnore]
    public bool IsWhole => RankMultiple > 0 && Looks >= 0
        && !Inputs.Manifest.Values.Contains(null) && !Inputs.Files.Values.Contains(null)
        && Steps.All(step => step is not null && step.IsWhole)
        && Metrics.Values.All(metric => metric is not null && double.IsFinite(metric.Original ?? 0) && double.IsFinite(metric.Compressed ?? 0));

    /// <summary>What <paramref name="report"/> says.</summary>
    public static LockedModel Of(ModelReport report, LockedInputs inputs) => new()
    {
        Inputs = inputs,
        Steps = [.. report.Steps.Select(step => LockedStep.Of(step, report.Times))],
        DecidedByTime = report.DecidedByTime,
        RankMultiple = report.RankMultiple,
        Looks = report.Looks,
        Before = report.Before,
        After = report.After,
        Metrics = report.Metrics.ToDictionary(pair => pair.Metric, LockedMetric.Of, StringComparer.Ordinal),
        Output = report.OutputSha256,
        Tool = ToolIdentity.Version,
        Device = report.DeviceClass,
    };

    /// <summary>Whether the same decisions lead to the same bytes here.</summary>
    public bool IsFromHere(string deviceClass) => Tool == ToolIdentity.Version && Device == deviceClass;
}

/// <summary>Hashes of what a model's decisions depend on.</summary>
/// <param name="Manifest">The model's part of the manifest, key by key.</param>
/// <param name="Files">The model, its external data and datasets, by path from the manifest's folder.</param>
internal sealed record LockedInputs(IReadOnlyDictionary<string, string> Manifest, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>As they are now.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="model">The model in it.</param>
    /// <param name="hashes">SHA-256 of every file, by absolute path.</param>
    public static LockedInputs Of(CompressionPlan plan, ModelPlan model, IReadOnlyDictionary<string, string> hashes)
    {
        var folder = Path.GetDirectoryName(plan.ManifestPath)!;
        return new LockedInputs(
            new SortedDictionary<string, string>(
                JsonNode.Parse(model.Canonical)!.AsObject().ToDictionary(part => part.Key, part => ContentHash.Of(part.Value?.ToJsonString() ?? "")),
                StringComparer.Ordinal
            ),
            new SortedDictionary<string, string>(
                hashes.ToDictionary(file => Path.GetRelativePath(folder, file.Key).Replace('\\', '/'), file => file.Value),
                StringComparer.Ordinal
            )
        );
    }

    /// <summary>What is different in <paramref name="now"/>, each in a few words; empty when nothing is.</summary>
    public IReadOnlyList<string> Changes(LockedInputs now) =>
        [
            .. Differences(Manifest, now.Manifest).Select(key => $"'{key}' in the manifest"),
            .. Differences(Files, now.Files)
                .Select(file =>
                    now.Files.ContainsKey(file)
                        ? Files.ContainsKey(file)
                            ? $"the file {file}"
                            : $"the new file {file}"
                        : $"the file {file}, which is not used any more"
                ),
        ];

    private static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) =>
        before
            .Keys.Union(now.Keys, StringComparer.Ordinal)
            .Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal);
}

/// <summary>What one step decided.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layers">What was chosen for every compressed layer, in the model's order.</param>
/// <param name="Reverted">Layers whose rewrite was undone because it measured slower.</param>
internal sealed record LockedStep(string Method, IReadOnlyDictionary<string, Choice> Layers, IReadOnlyList<string> Reverted)
{
    private const string RevertedReason = "reverted: it measured slower when the lock file was made";

    /// <summary>Whether every layer is named once, with a choice.</summary>
    [JsonIgnore]
    public bool IsWhole => !Layers.Values.Contains(null) && !Reverted.Contains(null)
        && Reverted.Distinct(StringComparer.Ordinal).Count() == Reverted.Count && !Reverted.Any(Layers.ContainsKey);

    /// <summary>What the step did.</summary>
    public static LockedStep Of(StepReport step, IReadOnlyList<LayerTime> times) =>
        new(
            step.Method,
            step.Choices.Where(choice => choice.Value is not Choice.Keep).ToDictionary(StringComparer.Ordinal),
            [
                .. step
                    .Layers.Where(layer => layer.Choice is Choice.Keep && times.Any(time => time.Reverted && time.Layer == layer.Layer))
                    .Select(layer => layer.Layer),
            ]
        );

    /// <summary>All choices in one text, for the cache's key.</summary>
    public static string Text(IEnumerable<LockedStep> steps) => string.Join('\n', steps.Select(step =>
        $"{step.Method}: {string.Join("; ", step.Layers.Select(layer => $"{layer.Key} {layer.Value.Text}"))}; without {string.Join("; ", step.Reverted)}"));

    /// <summary>The choices that lead to the same model.</summary>
    public IReadOnlyDictionary<string, Choice> Choices() => Layers
        .Concat(Reverted.Select(layer => KeyValuePair.Create<string, Choice>(layer, new Choice.Keep(RevertedReason))))
        .ToDictionary(StringComparer.Ordinal);
}

/// <summary>
/// A choice on one line, so that a review sees one changed line for one changed layer: ranks as <c>[16, 8]</c>, the rest as <c>{ "stored": [16, 8] }</c>,
/// <c>{ "bits": 4 }</c>, <c>{ "step": 0.0125 }</c>, <c>{ "width": 8 }</c> or, for a training, <c>{ "steps": 740 }</c>.
/// </summary>
internal sealed class ChoiceOnOneLine : JsonConverter<Choice>
{
    // Otherwise null would become a choice that is not there.
    public override bool HandleNull => true;

    public override Choice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return Ranks(JsonSerializer.Deserialize<int[]>(ref reader));
        }

        return (reader.TokenType == JsonTokenType.StartObject ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader)?.ToList() : null) switch
        {
            [("bits", var count)] => new Choice.Bits(count.Deserialize<int>()),
            [("step", var size)] when size.Deserialize<double>() is > 0 and < double.PositiveInfinity and var width => new Choice.Step(width),
            [("steps", var count)] when count.Deserialize<int>() is > 0 and var steps => new Choice.Steps(steps),
            [("width", var gates)] => new Choice.Width(gates.Deserialize<int>()),
            [("stored", { ValueKind: JsonValueKind.Array } ranks)] => Ranks(ranks.Deserialize<int[]>()) with { IsStored = true },
            _ => throw new JsonException("A layer has neither ranks nor bits nor a step nor a width."),
        };
    }

    private static Choice.Ranks Ranks(int[]? values) =>
        values is not null ? new Choice.Ranks(values) : throw new JsonException("A layer's ranks are not numbers.");

    public override void Write(Utf8JsonWriter writer, Choice value, JsonSerializerOptions options) => writer.WriteRawValue(value switch
    {
        Choice.Bits bits => FormattableString.Invariant($"{{ \"bits\": {bits.Count} }}"),
        Choice.Step step => FormattableString.Invariant($"{{ \"step\": {step.Size:R} }}"),
        Choice.Steps steps => FormattableString.Invariant($"{{ \"steps\": {steps.Count} }}"),
        Choice.Width width => FormattableString.Invariant($"{{ \"width\": {width.Gates} }}"),
        Choice.Ranks { IsStored: true } stored => $"{{ \"stored\": [{string.Join(", ", stored.Values)}] }}",
        Choice.Ranks ranks => $"[{string.Join(", ", ranks.Values)}]",
        _ => throw new NotSupportedException($"'{value.Text}' is not locked"),
    });
}

/// <summary>A metric of both models, whose name is the key; null where there is no number.</summary>
internal sealed record LockedMetric(double? Original, double? Compressed, int Samples)
{
    /// <summary>What of a pair the file has: JSON has no NaN.</summary>
    public static LockedMetric Of(MetricPair pair) => new(Finite(pair.Original), Finite(pair.Compressed), pair.Samples);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
