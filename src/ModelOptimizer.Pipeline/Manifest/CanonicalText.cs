using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>
/// What a model's result depends on in the manifest, as JSON with sorted keys, defaults written out, and paths that do not depend on where the checkout lies.
/// </summary>
internal static class CanonicalText
{
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(ModelPlan model, ManifestPaths paths, int seed) => Sorted(new()
    {
        ["seed"] = seed,
        ["source"] = paths.Canonical(model.Source),
        ["initializers"] = model.Initializers == InitializerUse.Inputs ? "inputs" : null,
        ["strip"] = model.Strip ? null : false,
        ["calibrate"] = model.Calibrate is { } calibrate
            ? Sorted(new() { ["dataset"] = Dataset(calibrate.Dataset, paths), ["samples"] = calibrate.Samples })
            : null,
        ["evaluate"] = model.Evaluate is { } evaluate ? Evaluation(evaluate, paths) : null,
        ["compress"] = List(model.Steps.Select(step => Step(step, paths))),
        ["gates"] = List(model.Gates.Where(gate => gate.ConfirmedOn is null).Select(Gate)),
    }).ToJsonString(Format);

    private static JsonObject? Dataset(DatasetPlan? dataset, ManifestPaths paths) => dataset is null ? null : Sorted(new()
    {
        ["name"] = dataset.Name,
        ["path"] = dataset.Path is { } path ? paths.Canonical(path) : null,
        ["inputs"] = Sorted(dataset.Inputs.ToDictionary(input => input.Key, input => (JsonNode?)Array(dataset, input.Value, paths))),
        ["labels"] = dataset.Labels is { } labels ? Array(dataset, labels, paths) : null,
        ["columns"] = dataset.Columns.Count == 0
            ? null
            : Sorted(dataset.Columns.ToDictionary(list => list.Key, list => (JsonNode?)List(list.Value.Select(column => (JsonNode)column)))),
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
        ["confirm"] = Dataset(evaluate.Confirm, paths),
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

    private static JsonObject Step(StepPlan step, ManifestPaths paths)
    {
        var values = step.Arguments.Values;
        var options = step.Method.Options.Where(option => values.ContainsKey(option.Name));
        return Sorted(new()
        {
            ["method"] = step.Method.Name,
            ["options"] = Sorted(options.ToDictionary(option => option.Name, option => option.Form.Canonical(values[option.Name], paths))),
            ["keep"] = step.Keep == KeepRule.Faster ? "faster" : null,
        });
    }

    private static JsonArray List(IEnumerable<JsonNode> items) => [.. items];

    private static JsonObject Sorted(Dictionary<string, JsonNode?> values) => Json.Sorted(values);
}
