using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;

namespace ModelOptimizer.Pipeline.Manifest.Schema;

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
