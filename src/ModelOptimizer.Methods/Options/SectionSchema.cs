using System.Text.Json.Nodes;

namespace ModelOptimizer.Methods.Options;

/// <summary>A mapping with known keys as a JSON schema.</summary>
internal static class SectionSchema
{
    public static JsonObject Of(KeySet keys)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, Property(key)))),
            ["additionalProperties"] = false,
        };
        Add(schema, "required", Names(keys.Where(key => key.IsRequired).Select(key => key.Name)));
        Add(schema, "anyOf", OneOf(keys.NeedsOneOf));
        var dependencies = keys.Select(key => (key.Name, Dependency: Dependency(key, keys))).Where(entry => entry.Dependency.Count > 0);
        if (new JsonObject(dependencies.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Name, entry.Dependency))) is { Count: > 0 } all)
        {
            schema["dependencies"] = all;
        }

        return schema;
    }

    private static JsonObject Property(Option key)
    {
        var schema = key.Form.Schema();
        schema["description"] = key.Summary;
        if (key.Default is { } absent)
        {
            schema["default"] = Value(absent);
        }

        return schema;
    }

    /// <summary>What else must, and must not, be there when a key is. A property that is <c>false</c> makes editors point at it.</summary>
    private static JsonObject Dependency(Option key, KeySet all)
    {
        var dependency = new JsonObject();
        if (key.Excludes(all).ToList() is { Count: > 0 } others)
        {
            dependency["properties"] = new JsonObject(others.Select(other => KeyValuePair.Create<string, JsonNode?>(other.Name, false)));
        }

        if (key.Needs.Count == 1)
        {
            dependency["required"] = Names(key.Needs);
        }
        else
        {
            Add(dependency, "anyOf", OneOf(key.Needs));
        }

        return dependency;
    }

    private static JsonArray OneOf(IReadOnlyList<string> keys) => new([.. keys.Select(key => new JsonObject { ["required"] = Names([key]) })]);

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);

    private static void Add(JsonObject schema, string keyword, JsonArray values)
    {
        if (values.Count > 0)
        {
            schema[keyword] = values;
        }
    }

    /// <summary>A default as it would be written, as JSON.</summary>
    private static JsonNode? Value(Node node) => node switch
    {
        ListNode list => new JsonArray([.. list.Items.Select(Value)]),
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Value(entry.Value)))),
        ScalarNode { IsPlain: true, Text: "true" or "false" } word => word.Text == "true",
        ScalarNode { IsPlain: true } number when NodeValues.TryNumber(number.Text, out var value) => value,
        ScalarNode scalar => scalar.Text,
        _ => null,
    };
}
