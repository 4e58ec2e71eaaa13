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
        ["custom-ops"] = model.CustomOps.Count > 0 ? List(model.CustomOps.Select(library => (JsonNode)paths.Canonical(library))) : null,
        ["initializers"] = model.Initializers == InitializerUse.Inputs ? "inputs" : null,
        ["strip"] = model.Strip ? null : false,
        ["calibrate"] = model.Calibrate is { } calibrate ? Calibration(calibrate, paths) : null,
        ["evaluate"] = model.Evaluate is { } evaluate ? Evaluation(evaluate, paths) : null,
        ["compress"] = List(model.Steps.Select(step => Step(step, paths))),
        ["gates"] = List(model.Gates.Where(gate => gate.ConfirmedOn is null).Select(Gate)),
    }).ToJsonString(Format);

    private static JsonObject Calibration(CalibrationPlan calibrate, ManifestPaths paths)
    {
        var values = new Dictionary<string, JsonNode?> { ["dataset"] = Dataset(calibrate.Dataset, paths), ["samples"] = calibrate.Samples };
        if (calibrate.Random is { Shapes.Count: > 0 } shaped)
        {
            values["shapes"] = Sorted(shaped.Shapes.ToDictionary(
                input => input.Key, input => (JsonNode?)List(input.Value.Extents.Select(extent => (JsonNode)extent))));
        }

        if (calibrate.Random is { Ranges.Count: > 0 } ranged)
        {
            values["ranges"] = Sorted(ranged.Ranges.ToDictionary(input => input.Key, input => (JsonNode?)List([input.Value.Low, input.Value.High])));
        }

        return Sorted(values);
    }

    private static JsonObject? Dataset(DatasetPlan? dataset, ManifestPaths paths)
    {
        if (dataset is null)
        {
            return null;
        }

        var values = Preprocess(dataset.Preprocess);
        values["name"] = dataset.Name;
        values["path"] = dataset.Path is { } path ? paths.Canonical(path) : null;
        values["inputs"] = Sorted(dataset.Inputs.ToDictionary(input => input.Key, input => (JsonNode?)Array(dataset, input.Value, paths)));
        values["labels"] = dataset.Labels is { } labels ? Array(dataset, labels, paths) : null;
        values["columns"] = dataset.Columns.Count == 0
            ? null
            : Sorted(dataset.Columns.ToDictionary(list => list.Key, list => (JsonNode?)List(list.Value.Select(column => (JsonNode)column))));
        values["part"] = dataset.Part is { } part ? Sorted(new() { ["start"] = part.Start, ["end"] = part.End }) : null;
        if (dataset.Preprocess.Inputs.Count > 0)
        {
            values["preprocess"] = Sorted(dataset.Preprocess.Inputs.ToDictionary(input => input.Key, input => (JsonNode?)Sorted(Preprocess(input.Value))));
        }

        return Sorted(values);
    }

    private static Dictionary<string, JsonNode?> Preprocess(PreprocessPlan plan)
    {
        var values = new Dictionary<string, JsonNode?>
        {
            ["scale"] = plan.Scale,
            ["mean"] = List(plan.Mean.Select(value => (JsonNode)value)),
            ["std"] = List(plan.Std.Select(value => (JsonNode)value)),
            ["layout"] = plan.Layout,
            ["shape"] = plan.Shape is { } shape ? List(shape.Select(extent => (JsonNode)extent)) : null,
        };
        if (plan.IsReversed)
        {
            values["channels"] = "bgr";
        }

        return values;
    }

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
