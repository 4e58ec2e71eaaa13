using System.Globalization;

namespace ModelOptimizer.Methods.Options;

/// <summary>A value as written, and where. What reads a file makes these, so that what a value means does not depend on the file's syntax.</summary>
internal abstract record Node(SourcePosition Position)
{
    /// <summary>What it is, for messages of the form "found …".</summary>
    public abstract string Describe();

    /// <summary>It as it would be written on one line.</summary>
    public abstract override string ToString();

    /// <summary>A word or number that stands in no file, such as a default.</summary>
    public static implicit operator Node(string text) => new ScalarNode(text, true, new SourcePosition(""));

    /// <summary>A list of words or numbers that stands in no file.</summary>
    public static Node List(params string[] items) => new ListNode([.. items.Select(item => (Node)item)], new SourcePosition(""));
}

/// <summary>A word, number or text.</summary>
internal sealed record ScalarNode(string Text, bool IsPlain, SourcePosition Position) : Node(Position)
{
    /// <summary>Whether nothing is written, or YAML's word for it.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    public override string Describe() => IsNull ? "nothing" : $"'{Text}'";

    public override string ToString() => IsPlain ? Text : $"\"{Text}\"";
}

/// <summary>A list.</summary>
internal sealed record ListNode(IReadOnlyList<Node> Items, SourcePosition Position) : Node(Position)
{
    public override string Describe() => Items.Count == 0 ? "an empty list" : "a list";

    public override string ToString() => $"[{string.Join(", ", Items)}]";
}

/// <summary>Keys and values in the order written; no key occurs twice.</summary>
internal sealed record MapNode(IReadOnlyList<(ScalarNode Key, Node Value)> Entries, SourcePosition Position) : Node(Position)
{
    public override string Describe() => Entries.Count == 0 ? "an empty mapping" : "a mapping";

    public override string ToString() => $"{{ {string.Join(", ", Entries.Select(entry => $"{entry.Key}: {entry.Value}"))} }}";
}

/// <summary>Nodes as values of a type, or an error that says what was expected and what was found.</summary>
internal static class NodeValues
{
    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static MapNode AsMap(this Node node, string what) =>
        node as MapNode ?? throw new DiagnosticException(
            KeyCodes.WrongType,
            $"{char.ToUpperInvariant(what[0])}{what[1..]} expects a mapping of keys to values; found {node.Describe()}.",
            node.Position);

    public static ListNode AsList(this Node node, string what, string example) =>
        node as ListNode ?? throw WrongType(node, what, $"a list such as {example}");

    public static ScalarNode AsScalar(this Node node, string what, string expected) =>
        node is ScalarNode { IsNull: false } scalar ? scalar : throw WrongType(node, what, expected);

    public static string AsText(this Node node, string what)
    {
        var text = node.AsScalar(what, "a text").Text;
        return string.IsNullOrWhiteSpace(text) ? throw Bad(node, $"'{what}' is empty.") : text;
    }

    public static int AsInteger(this Node node, string what, int minimum, int maximum = int.MaxValue)
    {
        var range = maximum == int.MaxValue ? $"of at least {minimum}" : $"from {minimum} to {maximum}";
        var text = node.AsScalar(what, $"a whole number {range}").Text;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw WrongType(node, what, $"a whole number {range}");
        }

        return value >= minimum && value <= maximum
            ? (int)value
            : throw Bad(node, $"'{what}' expects a whole number {(value > maximum ? $"from {minimum} to {maximum}" : range)}; found {text}.");
    }

    public static double AsNumber(this Node node, string what, string expected = "a number")
    {
        var text = node.AsScalar(what, expected).Text;
        return TryNumber(text, out var value) ? value : throw WrongType(node, what, expected);
    }

    public static string AsChoice(this Node node, string what, IReadOnlyCollection<string> choices)
    {
        var expected = choices.Count == 1 ? choices.First() : $"one of {string.Join(", ", choices)}";
        var text = node.AsScalar(what, expected).Text;
        return choices.Contains(text) ? text : throw Bad(node, $"'{what}' expects {expected}; found '{text}'.{Suggestion.For(text, choices)}");
    }

    /// <summary>A finite decimal number, without units.</summary>
    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    public static DiagnosticException WrongType(Node node, string what, string expected) =>
        new(KeyCodes.WrongType, $"'{what}' expects {expected}; found {node.Describe()}.", node.Position);

    public static DiagnosticException Bad(Node node, string problem) => new(KeyCodes.BadValue, problem, node.Position);
}
