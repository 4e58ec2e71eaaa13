using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What a model's result depends on in the manifest, as JSON with sorted keys, defaults written out, and paths that do not depend on where the checkout lies.</summary>
internal static class CanonicalText
{
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(ModelPlan model, ManifestPaths paths, int seed) => Sorted(new()
    {
        ["seed"] = seed,
        ["source"] = paths.Canonical(model.Source),
        ["calibrate"] = model.Calibrate is { } calibrate ? Sorted(new() { ["dataset"] = Dataset(calibrate.Dataset, paths), ["samples"] = calibrate.Samples }) : null,
        ["evaluate"] = model.Evaluate is { } evaluate ? Evaluation(evaluate, paths) : null,
        ["compress"] = List(model.Steps.Select(step => Sorted(new() { ["method"] = step.Method.Name, ["options"] = Arguments(step.Arguments, paths), ["keep"] = step.Keep == KeepRule.Faster ? "faster" : null }))),
        ["gates"] = List(model.Gates.Select(Gate)),
    }).ToJsonString(Format);

    private static JsonObject? Dataset(DatasetPlan? dataset, ManifestPaths paths) => dataset is null ? null : Sorted(new()
    {
        ["name"] = dataset.Name,
        ["path"] = dataset.Path is { } path ? paths.Canonical(path) : null,
        ["inputs"] = Sorted(dataset.Inputs.ToDictionary(input => input.Key, input => (JsonNode?)Array(dataset, input.Value, paths))),
        ["labels"] = dataset.Labels is { } labels ? Array(dataset, labels, paths) : null,
        ["columns"] = dataset.Columns.Count == 0 ? null : Sorted(dataset.Columns.ToDictionary(list => list.Key, list => (JsonNode?)List(list.Value.Select(column => (JsonNode)column)))),
        ["part"] = dataset.Part is { } part ? Sorted(new() { ["start"] = part.Start, ["end"] = part.End }) : null,
        ["scale"] = dataset.Preprocess.Scale,
        ["mean"] = List(dataset.Preprocess.Mean.Select(value => (JsonNode)value)),
        ["std"] = List(dataset.Preprocess.Std.Select(value => (JsonNode)value)),
        ["layout"] = dataset.Preprocess.Layout,
        ["shape"] = dataset.Preprocess.Shape is { } shape ? List(shape.Select(extent => (JsonNode)extent)) : null,
    });

    private static string Array(DatasetPlan dataset, string array, ManifestPaths paths) => dataset.Path is null ? paths.Canonical(array) : array;

    private static JsonObject Evaluation(EvaluationPlan evaluate, ManifestPaths paths) => Sorted(new()
    {
        ["dataset"] = Dataset(evaluate.Dataset, paths),
        ["metrics"] = List(evaluate.Metrics.Select(metric => (JsonNode)metric)),
        ["samples"] = evaluate.Samples,
        ["output"] = evaluate.Output,
        ["command"] = evaluate.Command is { } command ? Sorted(new()
        {
            ["words"] = List(command.Words.Select(word => (JsonNode)word)),
            ["timeout"] = command.TimeoutSeconds,
            ["files"] = List(command.Files.Select(file => (JsonNode)paths.Canonical(file))),
        }) : null,
    });

    private static JsonObject Gate(GatePlan gate) => Sorted(new()
    {
        ["metric"] = gate.Metric,
        ["bound"] = gate.Bound.ToString(),
        ["limit"] = gate.Limit.Value,
        ["percent"] = gate.Limit.IsPercent,
        ["severity"] = gate.Severity.ToString(),
        ["confidence"] = gate.Confidence,
        ["allow-overlap"] = gate.AllowOverlap,
    });

    private static JsonObject Arguments(MethodArguments arguments, ManifestPaths paths) =>
        Sorted(arguments.Values.ToDictionary(argument => argument.Key, argument => Value(argument.Value, paths)));

    private static JsonNode? Value(object value, ManifestPaths paths) => value switch
    {
        string word => word,
        int number => number,
        double number => number,
        LayerRules rules => List(rules.Rules.Select(rule => (JsonNode)rule.Text)),
        LayerMap<RankSpec> map => List(map.Entries.Select(entry => Sorted(new()
        {
            ["rule"] = entry.Rule.Text,
            ["ranks"] = List(entry.Value.Ranks.Select(rank => (JsonNode)rank)),
            ["fraction"] = entry.Value.Fraction,
        }))),
        LayerMap<IReadOnlyList<int>> map => List(map.Entries.Select(entry => Sorted(new() { ["rule"] = entry.Rule.Text, ["modes"] = List(entry.Value.Select(mode => (JsonNode)mode)) }))),
        LayerMap<double> map => List(map.Entries.Select(entry => Sorted(new() { ["rule"] = entry.Rule.Text, ["share"] = entry.Value }))),
        LayerMap<string> map => List(map.Entries.Select(entry => Sorted(new() { ["rule"] = entry.Rule.Text, ["name"] = entry.Value }))),
        BlockReference block => Sorted(new() { ["name"] = block.Name, ["from"] = block.From, ["to"] = block.To }),
        CertificateBound bound => Sorted(new() { ["max-gap"] = bound.MaxGap }),
        ModelFile file => paths.Canonical(file.Path),
        Budget budget => Sorted(new()
        {
            ["measure"] = budget.Measure.ToString(),
            ["amount"] = budget.Amount,
            ["fraction"] = budget.IsFraction,
            ["allocation"] = budget.Allocation.ToString(),
        }),
        _ => throw new InvalidOperationException($"An option has the unexpected type {value.GetType()}."),
    };

    private static JsonArray List(IEnumerable<JsonNode> items) => [.. items];

    private static JsonObject Sorted(Dictionary<string, JsonNode?> values) =>
        new(values.Where(value => value.Value is not null).OrderBy(value => value.Key, StringComparer.Ordinal));
}
