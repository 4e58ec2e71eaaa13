using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest.Schema;

/// <summary>Gates as a JSON schema: which limits there are depends on the metric, and the user's own evaluator adds metrics.</summary>
internal static class GateSchema
{
    private const string OfCatalogue = "gate";
    private const string OfCommand = "gate-with-command";

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Definitions() =>
    [
        new(OfCatalogue, Gate(false, GateRules.Names)),
        new(OfCommand, Gate(SectionSchema.Of(GateKeys.Of("", null, isByCommand: true)), GateRules.Costs)),
        .. GateRules.Names.Where(name => First(name) == name).Select(name => KeyValuePair.Create<string, JsonNode?>(Definition(name), Limits(name))),
    ];

    /// <summary>In a model with a <c>command</c> gates may name what it prints; elsewhere they may not.</summary>
    public static void LetCommandsName(JsonObject model)
    {
        var gates = model["properties"]![ModelKeys.Gates.Name]!.AsObject();
        gates["items"] = new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1 };
        model["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { [ModelKeys.Evaluate.Name] = new JsonObject { ["required"] = new JsonArray(EvaluateKeys.Command.Name) } },
            ["required"] = new JsonArray(ModelKeys.Evaluate.Name),
        };
        model["then"] = Gates(OfCommand);
        model["else"] = Gates(OfCatalogue);
    }

    private static JsonObject Gates(string definition) => new()
    {
        ["properties"] = new JsonObject { [ModelKeys.Gates.Name] = new JsonObject { ["items"] = new JsonObject { ["$ref"] = $"#/definitions/{definition}" } } },
    };

    private static JsonObject Gate(JsonNode others, IEnumerable<string> names)
    {
        var gate = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, Metric(name)))),
            ["additionalProperties"] = others,
        };
        if (others.GetValueKind() == JsonValueKind.False)
        {
            gate["patternProperties"] = new JsonObject { [MetricCatalogue.TopKPattern] = Metric(MetricCatalogue.All[0].Name) };
        }

        return gate;
    }

    private static JsonObject Metric(string name) => new()
    {
        ["description"] = MetricCatalogue.TryGet(name, out var metric) ? metric.Summary : GateRules.Summary(name),
        ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/definitions/{Definition(First(name))}" }),
    };

    private static string Definition(string name) => $"limits-of-{name}";

    /// <summary>The first metric with the same limits, which are defined once.</summary>
    private static string First(string name) => GateRules.Names.First(other => JsonNode.DeepEquals(Limits(other), Limits(name)));

    private static JsonObject Limits(string name) => SectionSchema.Of(GateKeys.Of(name, MetricCatalogue.TryGet(name, out var metric) ? metric : null));
}
