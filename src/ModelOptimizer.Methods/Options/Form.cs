using System.Globalization;
using System.Text.Json.Nodes;

namespace ModelOptimizer.Methods.Options;

/// <summary>What a value looks like.</summary>
/// <param name="Text">In a few words, for people.</param>
/// <param name="Schema">As a JSON schema, for editors.</param>
internal abstract record Form(string Text, Func<JsonObject> Schema)
{
    /// <summary>The form in a word, for programs that list methods; empty where a name says no more than <see cref="Text"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The words allowed; empty where there are others.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The least number allowed.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number allowed.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>The value of <paramref name="node"/>.</summary>
    /// <param name="node">What is written.</param>
    /// <param name="what">What errors call it: the key.</param>
    /// <param name="paths">Where files are.</param>
    /// <exception cref="DiagnosticException">It does not look like this: where, what was expected, and what was found.</exception>
    public abstract object? Value(Node node, string what, ManifestPaths paths);

    /// <summary>A value as JSON that does not depend on how it was written, nor on where the files lie. Keys of caches are made of it.</summary>
    public abstract JsonNode? Canonical(object value, ManifestPaths paths);
}

/// <summary>What a value of type <typeparamref name="T"/> looks like, all in one place.</summary>
/// <param name="Text">In a few words, for people.</param>
/// <param name="Schema">As a JSON schema, for editors.</param>
/// <param name="Read">See <see cref="Form.Value"/>.</param>
internal sealed record Form<T>(string Text, Func<JsonObject> Schema, Func<Node, string, ManifestPaths, T> Read) : Form(Text, Schema)
{
    /// <summary>See <see cref="Form.Canonical"/>; needed by options of methods only.</summary>
    public Func<T, ManifestPaths, JsonNode?> Write { get; init; } = (_, _) => throw new NotSupportedException("This form has no canonical text.");

    public override object? Value(Node node, string what, ManifestPaths paths) => Read(node, what, paths);

    public override JsonNode? Canonical(object value, ManifestPaths paths) => Write((T)value, paths);
}

/// <summary>JSON that forms are described in.</summary>
internal static class Json
{
    /// <summary>The schema of what one of <paramref name="schemas"/> describes.</summary>
    public static JsonObject AnyOf(params JsonObject[] schemas) => new() { ["anyOf"] = new JsonArray([.. schemas]) };

    /// <summary>The schema of a number within bounds.</summary>
    public static JsonObject Number(string type, double minimum, double maximum)
    {
        var number = new JsonObject { ["type"] = type };
        if (double.IsFinite(minimum))
        {
            number["minimum"] = minimum;
        }

        if (double.IsFinite(maximum))
        {
            number["maximum"] = maximum;
        }

        return number;
    }

    /// <summary>The schema of a text that a regular expression describes.</summary>
    public static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    /// <summary>The schema of one of some words. Without quotation marks, 4 is a number to an editor.</summary>
    public static JsonObject Words(IEnumerable<string> words) => new()
    {
        ["enum"] = List(words.Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (JsonNode)word)),
    };

    public static JsonArray List(IEnumerable<JsonNode?> items) => [.. items];

    /// <summary>An object with sorted keys, without those that have no value.</summary>
    public static JsonObject Sorted(IEnumerable<KeyValuePair<string, JsonNode?>> values) =>
        new(values.Where(value => value.Value is not null).OrderBy(value => value.Key, StringComparer.Ordinal));
}
