using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Schema;

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
