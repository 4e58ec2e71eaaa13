using System.Globalization;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Nodes as values of a type, or an error that says what was expected and what was found.</summary>
internal static class NodeValues
{
    public static MapNode AsMap(this Node node, string what) =>
        node as MapNode ?? throw new DiagnosticException(ManifestCodes.WrongType, $"{char.ToUpperInvariant(what[0])}{what[1..]} expects a mapping of keys to values; found {node.Describe()}.", node.Position);

    public static ListNode AsList(this Node node, string what, string example) =>
        node as ListNode ?? throw WrongType(node, what, $"a list such as {example}");

    public static ScalarNode AsScalar(this Node node, string what, string expected) =>
        node is ScalarNode { IsNull: false } scalar ? scalar : throw WrongType(node, what, expected);

    public static string AsText(this Node node, string what)
    {
        var text = node.AsScalar(what, "a text").Text;
        return string.IsNullOrWhiteSpace(text)
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' is empty.", node.Position)
            : text;
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
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' expects a whole number {(value > maximum ? $"from {minimum} to {maximum}" : range)}; found {text}.", node.Position);
    }

    public static double AsNumber(this Node node, string what, string expected = "a number")
    {
        var text = node.AsScalar(what, expected).Text;
        return TryNumber(text, out var value) ? value : throw WrongType(node, what, expected);
    }

    public static bool AsBoolean(this Node node, string what) => node.AsScalar(what, "true or false").Text switch
    {
        "true" => true,
        "false" => false,
        _ => throw WrongType(node, what, "true or false"),
    };

    public static string AsChoice(this Node node, string what, IReadOnlyCollection<string> choices)
    {
        var expected = choices.Count == 1 ? choices.First() : $"one of {string.Join(", ", choices)}";
        var text = node.AsScalar(what, expected).Text;
        return choices.Contains(text)
            ? text
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' expects {expected}; found '{text}'.{Suggestion.For(text, choices)}", node.Position);
    }

    /// <summary>A finite decimal number, without units.</summary>
    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    public static DiagnosticException WrongType(Node node, string what, string expected) =>
        new(ManifestCodes.WrongType, $"'{what}' expects {expected}; found {node.Describe()}.", node.Position);
}
