using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The JSON schema (draft-07) of a manifest, by which editors complete and check it.</summary>
internal static class ManifestSchema
{
    /// <summary>The schema's usual file.</summary>
    public const string FileName = "modelopt.schema.json";

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line of a manifest that makes editors look at the schema in <paramref name="file"/> beside it.</summary>
    public static string Comment(string file) => $"# yaml-language-server: $schema={Path.GetFileName(file)}";

    /// <summary>The schema of manifests whose steps may name <paramref name="methods"/>.</summary>
    public static string Text(IReadOnlyList<IMethod> methods)
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "ModelOptimizer.Build manifest",
        };
        foreach (var (keyword, value) in SectionSchema.Of(ManifestKeys.All).ToList())
        {
            schema[keyword] = value?.DeepClone();
        }

        GateSchema.LetCommandsName(Model(schema));
        schema["definitions"] = new JsonObject([.. StepSchema.Definitions(methods), .. GateSchema.Definitions()]);
        return schema.ToJsonString(Readable);
    }

    private static JsonObject Model(JsonObject schema) => schema["properties"]![ManifestKeys.Models.Name]!["additionalProperties"]!.AsObject();
}

/// <summary>Steps as a JSON schema: which keys there are depends on the method.</summary>
internal static class StepSchema
{
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Definitions(IReadOnlyList<IMethod> methods)
    {
        yield return new("step", new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [StepKeys.Method.Name] = new JsonObject
                {
                    ["enum"] = new JsonArray([.. methods.Select(method => JsonValue.Create(method.Name))]),
                    ["enumDescriptions"] = new JsonArray([.. methods.Select(method => JsonValue.Create(method.Summary))]),
                    ["description"] = StepKeys.Method.Summary,
                },
            },
            ["required"] = new JsonArray(StepKeys.Method.Name),
            ["allOf"] = new JsonArray([.. methods.Select(If)]),
        });
        foreach (var method in methods)
        {
            var section = SectionSchema.Of(StepKeys.Of(method));
            section["description"] = method.Summary;
            yield return new(Definition(method), section);
        }
    }

    private static string Definition(IMethod method) => $"step-{method.Name}";

    private static JsonObject If(IMethod method) => new()
    {
        ["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { [StepKeys.Method.Name] = new JsonObject { ["const"] = method.Name } },
            ["required"] = new JsonArray(StepKeys.Method.Name),
        },
        ["then"] = new JsonObject { ["$ref"] = $"#/definitions/{Definition(method)}" },
    };
}

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
