using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelOptimizer.Fuzz.Mutation;

/// <summary>Changes members and items of a JSON document.</summary>
internal static class JsonMutation
{
    // Stands where text is put that no JSON node can hold.
    private const string Mark = "put-it-here";

    public static byte[] Mutate(byte[] content, Random random)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(content);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            // An earlier mutation broke it, or wrote a member twice.
            return TextMutation.Mutate(content, random);
        }

        List<JsonNode> places = [];
        Collect(root, places);
        var kind = JsonValueKind.Undefined;
        if (places.Count == 0)
        {
            return Encoding.UTF8.GetBytes(Text(random, JsonValueKind.Undefined));
        }

        switch (places[random.Next(places.Count)])
        {
            case JsonObject { Count: > 0 } map:
                kind = Change(map, places, random);
                break;
            case JsonArray { Count: > 0 } list:
                kind = Change(list, places, random);
                break;
            case JsonObject empty:
                empty["x"] = Marked();
                break;
            case JsonArray empty:
                empty.Add(Marked());
                break;
        }

        var written = root!.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        return Encoding.UTF8.GetBytes(written.Replace($"\"{Mark}\"", Text(random, kind), StringComparison.Ordinal));
    }

    private static JsonValue Marked() => JsonValue.Create(Mark);

    // What kind of value the mark stands for.
    private static JsonValueKind Change(JsonObject map, List<JsonNode> places, Random random)
    {
        var key = map.ElementAt(random.Next(map.Count)).Key;
        var kind = map[key]?.GetValueKind() ?? JsonValueKind.Null;
        switch (random.Next(8))
        {
            case 0:
                map.Remove(key);
                break;
            case 1:
                map[key] = null;
                break;
            case 2:
                var value = map[key]?.DeepClone();
                map.Remove(key);
                map[Values.Names[random.Next(Values.Names.Length)]] = value;
                break;
            case 3:
                map[key] = places[random.Next(places.Count)].DeepClone();
                break;
            default:
                map[key] = Marked();
                break;
        }

        return kind;
    }

    private static JsonValueKind Change(JsonArray list, List<JsonNode> places, Random random)
    {
        var at = random.Next(list.Count);
        var kind = list[at]?.GetValueKind() ?? JsonValueKind.Null;
        switch (random.Next(6))
        {
            case 0:
                list.RemoveAt(at);
                break;
            case 1:
                list[at] = null;
                break;
            case 2:
                list.Add(list[at]?.DeepClone());
                break;
            case 3:
                list[at] = places[random.Next(places.Count)].DeepClone();
                break;
            default:
                list[at] = Marked();
                break;
        }

        return kind;
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonObject or JsonArray)
        {
            places.Add(node);
        }

        foreach (var child in node switch { JsonObject map => map.Select(member => member.Value), JsonArray list => list, _ => [] })
        {
            Collect(child, places);
        }
    }

    // Mostly of the kind that was there: what is read on is what finds something.
    private static string Text(Random random, JsonValueKind kind) => (kind, random.Next(4)) switch
    {
        (JsonValueKind.Number, > 0) => random.Next(2) == 0 ? Whole(random) : Real(random),
        (JsonValueKind.String, > 0) => JsonSerializer.Serialize(Values.Names[random.Next(Values.Names.Length)]),
        (JsonValueKind.True or JsonValueKind.False, > 0) => random.Next(2) == 0 ? "true" : "false",
        _ => Other(random),
    };

    private static string Whole(Random random) => Values.Whole[random.Next(Values.Whole.Length)].ToString(CultureInfo.InvariantCulture);

    private static string Real(Random random) =>
        Values.Real[random.Next(Values.Real.Length)] is var real && double.IsFinite(real) ? real.ToString("R", CultureInfo.InvariantCulture) : "NaN";

    private static string Other(Random random) => random.Next(12) switch
    {
        0 => "{}",
        1 => "[]",
        2 => "\"\"",
        3 => "true",
        4 => "[null]",
        5 => string.Concat(Enumerable.Repeat("[", 3000)) + string.Concat(Enumerable.Repeat("]", 3000)),
        6 => string.Concat(Enumerable.Repeat("{\"a\":", 3000)) + "1" + new string('}', 3000),
        7 => JsonSerializer.Serialize(Values.Names[random.Next(Values.Names.Length)]),
        8 => Whole(random),
        9 => "1e999",
        10 => $"\"{Values.Real[random.Next(Values.Real.Length)].ToString(CultureInfo.InvariantCulture)}\"",
        _ => Real(random),
    };
}
