using System.Globalization;
using System.Text.Json.Nodes;

namespace ModelOptimizer.Methods.Options;

/// <summary>The forms that values have.</summary>
internal static class Forms
{
    /// <summary>A name or another text.</summary>
    public static Form<string> Text(string hint) => new(hint, TextSchema, (node, what, _) => node.AsText(what)) { Write = (text, _) => text };

    /// <summary>The path of a file or folder, which need not exist.</summary>
    public static Form<string> Path(string hint) => new(hint, TextSchema, (node, what, paths) => paths.ToWrite(node, what));

    /// <summary>The path of a file that is there.</summary>
    public static Form<string> File(string hint) => new(hint, TextSchema, (node, what, paths) => paths.Existing(node, what));

    /// <summary>Another ONNX model, which the pipeline reads.</summary>
    public static Form<ModelFile?> Model { get; } = new("path of an ONNX file", TextSchema, (node, what, paths) => new ModelFile(paths.Existing(node, what)))
    {
        Kind = "model",
        Write = (file, paths) => paths.Canonical(file!.Path),
    };

    /// <summary>Whatever is written, for a reader that knows more than the key.</summary>
    public static Form<Node> Raw(string hint, Func<JsonObject> schema) => new(hint, schema, (node, _, _) => node);

    /// <summary>What a definition of its own in the schema describes.</summary>
    public static Form<Node> Defined(string name) => Raw(name, () => new() { ["$ref"] = $"#/definitions/{name}" });

    /// <summary>One of some words.</summary>
    public static Form<string> Word(IReadOnlyList<string> words) => OneOf([.. words.Select(word => (word, word))]);

    /// <summary>One of the words of an enumeration, in small letters with hyphens.</summary>
    public static Form<T> OneOf<T>()
        where T : struct, Enum => OneOf([.. Enum.GetValues<T>().Select(value => (Hyphenated($"{value}"), value))]);

    /// <summary>One of some words, each for a value.</summary>
    public static Form<T> OneOf<T>(params (string Word, T Value)[] choices)
    {
        string[] words = [.. choices.Select(choice => choice.Word)];
        T Read(Node node, string what) => choices[Array.IndexOf(words, node.AsChoice(what, words))].Value;
        return new Form<T>(string.Join(" | ", words), () => Json.Words(words), (node, what, _) => Read(node, what))
        {
            Kind = "choice",
            Choices = words,
            Write = (value, _) => choices.First(choice => Equals(choice.Value, value)).Word,
        };
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static Form<bool> Flag { get; } = new(
        "true | false",
        () => new() { ["type"] = "boolean" },
        (node, what, _) => node.AsScalar(what, "true or false").Text switch
        {
            "true" => true,
            "false" => false,
            _ => throw NodeValues.WrongType(node, what, "true or false"),
        })
    {
        Write = (value, _) => value,
    };

    /// <summary>A whole number.</summary>
    public static Form<int> Whole(int from, int to = int.MaxValue)
    {
        var most = to == int.MaxValue ? double.PositiveInfinity : to;
        return new Form<int>("whole number" + Range(from, most), () => Json.Number("integer", from, most), (node, what, _) => node.AsInteger(what, from, to))
        {
            Kind = "integer",
            Minimum = from,
            Maximum = most,
            Write = (value, _) => value,
        };
    }

    /// <summary>A number, or a percentage meaning that fraction.</summary>
    public static Form<double> Number(double from = double.NegativeInfinity, double to = double.PositiveInfinity) => new(
        "number or percentage" + Range(from, to),
        () => Json.AnyOf(Json.Number("number", from, to), Quantity(QuantityForm.Points).Schema()),
        (node, what, _) =>
        {
            const string Expected = "a number or a percentage";
            var written = node.AsScalar(what, Expected).Text;
            var value = written.TrimEnd().EndsWith('%') ? QuantityReader.Read(node, what, QuantityForm.Points).Value : node.AsNumber(what, Expected);
            return Within(value, from, to, node, what);
        })
    {
        Kind = "number",
        Minimum = from,
        Maximum = to,
        Write = (value, _) => value,
    };

    /// <summary>A number that is no percentage.</summary>
    public static Form<double> PlainNumber(double from = double.NegativeInfinity, double to = double.PositiveInfinity) => new(
        "number" + Range(from, to),
        () => Json.Number("number", from, to),
        (node, what, _) => Within(node.AsNumber(what), from, to, node, what))
    {
        Kind = "number",
        Minimum = from,
        Maximum = to,
        Write = (value, _) => value,
    };

    private static double Within(double value, double from, double to, Node node, string what) => value >= from && value <= to
        ? value
        : throw NodeValues.Bad(
            node,
            FormattableString.Invariant($"'{what}' expects a number from {from} to {to}; found {node.AsScalar(what, "a number").Text}."));

    /// <summary>A quantity with a unit.</summary>
    public static Form<Quantity> Quantity(QuantityForm form)
    {
        JsonObject Written() => Json.Pattern(QuantityReader.Pattern(form));
        return new(
            QuantityReader.Expected(form),
            () => QuantityReader.MayBePlain(form) ? Json.AnyOf(Json.Number("number", 0, double.PositiveInfinity), Written()) : Written(),
            (node, what, _) => QuantityReader.Read(node, what, form));
    }

    /// <summary>A list.</summary>
    /// <param name="item">Its values.</param>
    /// <param name="hint">The list in a few words.</param>
    /// <param name="example">A list that would be right.</param>
    /// <param name="empty">What is wrong with an empty one, and what to do; null where it may be empty.</param>
    /// <param name="emptyCode">The code of that.</param>
    public static Form<IReadOnlyList<T>> List<T>(Form<T> item, string hint, string example, string? empty, string emptyCode = KeyCodes.BadValue) => new(
        hint,
        () => new() { ["type"] = "array", ["items"] = item.Schema(), ["minItems"] = empty is null ? 0 : 1 },
        (node, what, paths) => node.AsList(what, example).Items switch
        {
            { Count: 0 } when empty is not null => throw new DiagnosticException(emptyCode, $"'{what}' {empty}", node.Position),
            var items => [.. items.Select(value => item.Read(value, what, paths))],
        })
    {
        Write = (items, paths) => Json.List(items.Select(value => item.Write(value, paths))),
    };

    /// <summary>A mapping whose keys are the user's own names.</summary>
    public static Form<Node> Map(Form value, string hint, int least = 1) =>
        Raw(hint, () => new() { ["type"] = "object", ["additionalProperties"] = value.Schema(), ["minProperties"] = least });

    /// <summary>A mapping with known keys.</summary>
    public static Form<Section> Section(KeySet keys, string hint) =>
        new(hint, () => SectionSchema.Of(keys), (node, what, paths) => new Section(node, $"'{what}'", keys, paths));

    /// <summary>The same value, or none.</summary>
    public static Form<T?> OrNone<T>(this Form<T> form)
        where T : struct => new(form.Text, form.Schema, (node, what, paths) => form.Read(node, what, paths))
        {
            Kind = form.Kind,
            Choices = form.Choices,
            Minimum = form.Minimum,
            Maximum = form.Maximum,
            Write = (value, paths) => form.Write(value!.Value, paths),
        };

    /// <summary>Bounds of a number in words that follow its kind; nothing where there are none.</summary>
    private static string Range(double minimum, double maximum) => (double.IsFinite(minimum), double.IsFinite(maximum)) switch
    {
        (true, true) => $", {Bound(minimum)} to {Bound(maximum)}",
        (true, false) => $", at least {Bound(minimum)}",
        (false, true) => $", at most {Bound(maximum)}",
        _ => "",
    };

    // As people write them: 1e-12, 1e12.
    private static string Bound(double value) => value is >= 1e7 && Math.Log10(value) is var power && power == Math.Floor(power)
        ? string.Create(CultureInfo.InvariantCulture, $"1e{power}")
        : value.ToString(CultureInfo.InvariantCulture).Replace("E-0", "e-", StringComparison.Ordinal).Replace('E', 'e');

    private static string Hyphenated(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    // A name such as 2019 is a number to YAML, and still a name.
    private static JsonObject TextSchema() => new() { ["type"] = new JsonArray("string", "number", "boolean"), ["pattern"] = "\\S" };
}

/// <summary>Forms of values that are references; beside the others, the compiler would see two methods of one signature.</summary>
internal static class ReferenceForms
{
    /// <inheritdoc cref="Forms.OrNone"/>
    public static Form<T?> OrNone<T>(this Form<T> form)
        where T : class => form!;
}

/// <summary>Another ONNX model that a step names.</summary>
/// <param name="Path">Absolute path.</param>
internal sealed record ModelFile(string Path);
