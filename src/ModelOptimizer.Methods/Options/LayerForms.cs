using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelOptimizer.Methods.Options;

/// <summary>The forms of what is said of layers by rules.</summary>
internal static class LayerForms
{
    /// <summary>How a text goes on that says what one value looks like.</summary>
    public const string OrMap = "or a map from layer rule to";

    private static readonly Form<LayerRule> Rule = new(
        "layer rule",
        Forms.Text("").Schema,
        (node, what, _) => ReadRule(node, what))
    {
        Write = (rule, _) => rule.Text,
    };

    private static readonly Form<IReadOnlyList<LayerRule>> List =
        Forms.List(
            Rule,
            "list of layer rules",
            "[\"*\", \"!conv1\"]",
            "has no rules, so it would select nothing. Write [\"*\"] for every layer, or leave the key out.");

    /// <summary>A list of layer rules.</summary>
    public static Form<LayerRules?> Rules { get; } = new(List.Text, List.Schema, (node, what, paths) => new LayerRules(List.Read(node, what, paths)))
    {
        Kind = "layers",
        Write = (rules, paths) => List.Write(rules!.Rules, paths),
    };

    /// <summary>Names of layers by layer.</summary>
    public static Form<LayerMap<string>?> Names()
    {
        const string Example = "{ \"encoder.0.fc\": encoder.1.fc }";
        var form = ByLayer(Forms.Text("layer"), "map from layer rule to layer name", "name", "names", Example);
        return form with
        {
            Kind = "names",
            Schema = Forms.Map(Forms.Text("layer"), "").Schema,
            Read = (node, what, paths) => node is MapNode ? form.Read(node, what, paths) : throw NodeValues.WrongType(
                node,
                what,
                $"a mapping from layer rules to layers, such as {Example}"),
        };
    }

    /// <summary>A share of each layer.</summary>
    public static Form<LayerMap<double>?> Shares(double from = 0, double to = 1)
    {
        var share = Forms.Number(from, to);
        return ByLayer(share, $"{share.Text}, {OrMap} one", "share", "shares", "{ \"*\": 50% }") with { Kind = "shares", Minimum = from, Maximum = to };
    }

    /// <summary>One of some words for each layer.</summary>
    public static Form<LayerMap<string>?> Words(IReadOnlyList<string> words)
    {
        var word = Forms.Word(words);
        return ByLayer(word, $"{word.Text}, {OrMap} one", "name", "values", $"{{ \"*\": {words[0]} }}") with { Kind = "choicebylayer", Choices = words };
    }

    /// <summary>One value for all layers, or a mapping from layer rules to values.</summary>
    /// <param name="value">One value.</param>
    /// <param name="hint">All of it in a few words.</param>
    /// <param name="key">The value's key in the canonical text, unless it is an object itself.</param>
    /// <param name="values">What an empty mapping lacks.</param>
    /// <param name="example">A mapping that would be right.</param>
    public static Form<LayerMap<T>?> ByLayer<T>(Form<T> value, string hint, string key, string values, string example)
        where T : notnull => new(
            hint,
            () => Json.AnyOf(value.Schema(), Forms.Map(value, "").Schema()),
            (node, what, paths) =>
                node switch
                {
                    MapNode { Entries.Count: 0 } => throw NodeValues.Bad(node, $"'{what}' gives no {values}. Write, for example, {example}."),
                    MapNode map => new LayerMap<T>([
                        .. map.Entries.Select(at => (Included(what, at.Key), value.Read(at.Value, $"{what} of {at.Key.Text}", paths))),
                    ]),
                    _ => new LayerMap<T>([(new LayerRule("*", node.Position), value.Read(node, what, paths))]),
                }
        )
        {
            Write = (map, paths) => Json.List(map!.Entries.Select(entry => Entry(entry.Rule, key, value.Write(entry.Value, paths)))),
        };

    private static JsonObject Entry(LayerRule rule, string key, JsonNode? value)
    {
        var values = value is JsonObject whole
            ? whole.Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))
            : [KeyValuePair.Create(key, value)];
        return Json.Sorted([KeyValuePair.Create<string, JsonNode?>("rule", rule.Text), .. values]);
    }

    private static LayerRule Included(string what, ScalarNode key) => key.Text.StartsWith('!')
        ? throw new DiagnosticException(
            KeyCodes.LayerRule,
            $"'{key.Text}' excludes layers, which has no meaning in '{what}'. Exclude layers with 'layers:'.",
            key.Position)
        : ReadRule(key, what);

    /// <summary>A layer rule, checked as far as it can be without a model.</summary>
    private static LayerRule ReadRule(Node node, string what)
    {
        var text = node.AsText(what);
        var pattern = text.StartsWith('!') ? text[1..] : text;
        if (pattern is "" or "re:" or "type:")
        {
            throw new DiagnosticException(
                KeyCodes.LayerRule,
                $"The layer rule '{text}' names nothing. Write a name or glob such as \"conv*\", \"re:^conv\\\\d$\" or \"type:Gemm\".",
                node.Position);
        }

        if (pattern.StartsWith("re:", StringComparison.Ordinal))
        {
            try
            {
                _ = new Regex(pattern[3..], RegexOptions.CultureInvariant);
            }
            catch (ArgumentException exception)
            {
                throw new DiagnosticException(
                    KeyCodes.LayerRule,
                    $"The layer rule '{text}' is not a regular expression: {exception.Message}",
                    node.Position,
                    exception);
            }
        }

        return new LayerRule(text, node.Position);
    }
}
