using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A mapping with known keys as a JSON schema.</summary>
internal static class SectionSchema
{
    public static JsonObject Of(SectionDeclaration section)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(section.Keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key.Name, Property(key)))),
            ["additionalProperties"] = false,
        };
        Add(schema, "required", Names(section.Keys.Where(key => key.IsRequired).Select(key => key.Name)));
        Add(schema, "anyOf", OneOf(section.NeedsOneOf));
        var dependencies = section.Keys.Select(key => (key.Name, Dependency: Dependency(key, section.Keys))).Where(entry => entry.Dependency.Count > 0);
        if (new JsonObject(dependencies.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Name, entry.Dependency))) is { Count: > 0 } all)
        {
            schema["dependencies"] = all;
        }

        return schema;
    }

    private static JsonObject Property(KeyDeclaration key)
    {
        var schema = key.Form.Schema();
        schema["description"] = key.Summary;
        if (key.Default is { } text)
        {
            schema["default"] = DefaultValue.Of(text);
        }

        return schema;
    }

    /// <summary>What else must, and must not, be there when a key is. A property that is <c>false</c> makes editors point at it.</summary>
    private static JsonObject Dependency(KeyDeclaration key, IReadOnlyList<KeyDeclaration> all)
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
}

/// <summary>A default as it would be written, as JSON.</summary>
internal static class DefaultValue
{
    public static JsonNode? Of(string text) => Of(YamlTree.ParseDefault(text, new SourcePosition("")));

    private static JsonNode? Of(Node node) => node switch
    {
        ListNode list => new JsonArray([.. list.Items.Select(Of)]),
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Of(entry.Value)))),
        ScalarNode { IsPlain: true, Text: "true" or "false" } word => word.Text == "true",
        ScalarNode { IsPlain: true } number when NodeValues.TryNumber(number.Text, out var value) => value,
        ScalarNode scalar => scalar.Text,
        _ => null,
    };
}
