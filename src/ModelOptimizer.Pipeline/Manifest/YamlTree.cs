using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Turns YAML text into nodes that know where they are written.</summary>
internal sealed class YamlTree
{
    /// <summary>Far deeper than any manifest, far less than what overflows the stack.</summary>
    private const int DeepestNesting = 32;

    private readonly Parser _parser;
    private readonly string _file;
    private readonly Dictionary<AnchorName, Node> _anchors = [];

    private YamlTree(string text, string file)
    {
        _parser = new Parser(new StringReader(text));
        _file = file;
    }

    /// <summary>The one document in <paramref name="text"/>; null when there is nothing but comments.</summary>
    public static Node? Parse(string text, string file)
    {
        try
        {
            return new YamlTree(text, file).Document();
        }
        catch (YamlException exception)
        {
            throw Malformed(exception, text, file);
        }
    }

    private static SourcePosition At(string file, Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    private static DiagnosticException Malformed(YamlException exception, string text, string file)
    {
        var lines = text.Split('\n');
        var position = At(file, exception.Start);
        bool IsIndentedByTab(string line) => line[..(line.Length - line.TrimStart().Length)].Contains('\t', StringComparison.Ordinal);
        var tab = Array.FindIndex(lines, Math.Clamp(position.Line - 1, 0, lines.Length - 1), IsIndentedByTab);
        if (tab >= 0 && (tab == position.Line - 1 || exception.Message.Contains("tab", StringComparison.Ordinal)))
        {
            const string Problem = "a line is indented with a tab, and YAML allows only spaces. Replace the tab by spaces.";
            return Malformed(Problem, new SourcePosition(file, tab + 1, 1), exception);
        }

        var first = lines.ElementAtOrDefault(position.Line - 1)?.ElementAtOrDefault(position.Column - 1);
        if (first is '*' or '%' or '@' or '`' or '&')
        {
            return Malformed(
                $"a value that starts with '{first}' must be in quotation marks, because that sign has a meaning of its own in YAML.",
                position,
                exception
            );
        }

        var brackets = Brackets.In(text);
        if (brackets.Tag is { } tag)
        {
            return Tag(tag.Text, tag.Place(file));
        }

        return brackets.Open is { } open
            ? Malformed($"the '{open.Text}' is never closed. Close it, or put a value that contains it in quotation marks.", open.Place(file), exception)
            : Malformed($"{exception.Message.TrimEnd('.')}. Check the indentation, and that every bracket and quotation mark is closed.", position, exception);
    }

    private static DiagnosticException Tag(string written, SourcePosition position) => new(
        ManifestCodes.Malformed,
        $"'{written}' is a YAML tag here, and a manifest has none. A rule that excludes layers is written in quotation marks: \"{written}\".",
        position);

    private static DiagnosticException Malformed(string problem, SourcePosition position, Exception? inner = null) =>
        new(ManifestCodes.Malformed, $"The manifest is not valid YAML: {problem}", position, inner);

    private Node? Document()
    {
        Next<StreamStart>();
        MoveNext();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        MoveNext();
        var root = Value(0);
        Next<DocumentEnd>();
        MoveNext();
        return _parser.Current is StreamEnd
            ? root
            : throw new DiagnosticException(
                ManifestCodes.Malformed,
                "The manifest must be one YAML document; found a second one. Remove '---' and what follows, or put it into a file of its own.",
                At(_file, _parser.Current!.Start));
    }

    // Some text that is not YAML ends the parser's own assumptions instead of a YamlException.
    private bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException)
        {
            var place = _parser.Current?.End ?? Mark.Empty;
            throw new YamlException(place, place, "What follows here cannot be read", exception);
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        MoveNext();
        if (_parser.Current is not T)
        {
            throw new YamlException(_parser.Current?.Start ?? Mark.Empty, _parser.Current?.End ?? Mark.Empty, "Unexpected content");
        }
    }

    private Node Value(int depth)
    {
        var current = _parser.Current!;
        var position = At(_file, current.Start);
        if (depth > DeepestNesting)
        {
            throw new DiagnosticException(
                ManifestCodes.Malformed,
                $"The manifest is nested more than {DeepestNesting} levels deep; no manifest needs that.",
                position);
        }

        if (current is AnchorAlias alias)
        {
            return _anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw new DiagnosticException(
                    ManifestCodes.Malformed,
                    $"The alias '*{alias.Value}' refers to an anchor that is not defined before it. If it is a layer rule, write it in quotation marks: "
                    + $"\"*{alias.Value}\".",
                    position);
        }

        var (anchor, tag) = current is NodeEvent described ? (described.Anchor, described.Tag) : (AnchorName.Empty, TagName.Empty);
        if (!tag.IsEmpty)
        {
            var written = tag.IsNonSpecific ? "!" : tag.Value.TrimEnd(']', '}', ',');
            throw Tag(written, position);
        }

        Node node = current switch
        {
            Scalar scalar => new ScalarNode(scalar.Value, scalar.Style == ScalarStyle.Plain, position),
            SequenceStart => List(position, depth),
            MappingStart => Map(position, depth),
            _ => throw new YamlException(current.Start, current.End, "Unexpected content"),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    private ListNode List(SourcePosition position, int depth)
    {
        var items = new List<Node>();
        while (MoveNext() && _parser.Current is not SequenceEnd)
        {
            items.Add(Value(depth + 1));
        }

        return new ListNode(items, position);
    }

    private MapNode Map(SourcePosition position, int depth)
    {
        var entries = new List<(ScalarNode Key, Node Value)>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (MoveNext() && _parser.Current is not MappingEnd)
        {
            if (Value(depth + 1) is not ScalarNode key)
            {
                throw new DiagnosticException(
                    KeyCodes.WrongType,
                    "A key must be a word; found a list or a mapping. Values in braces or brackets that stand alone need quotation marks.",
                    At(_file, _parser.Current!.Start));
            }

            if (key is { Text: "<<", IsPlain: true })
            {
                throw new DiagnosticException(
                    ManifestCodes.Malformed,
                    "'<<' would merge another mapping into this one, which YAML 1.2 and a manifest do not have. Write the keys out, or refer to a whole value "
                        + "by an anchor: 'calibrate: &samples { … }' and then 'calibrate: *samples'.",
                    key.Position);
            }

            if (!lines.TryAdd(key.Text, key.Position.Line))
            {
                throw new DiagnosticException(
                    ManifestCodes.Duplicate,
                    $"The key '{key.Text}' is written twice; the first is in line {lines[key.Text]}. Remove one of them.",
                    key.Position);
            }

            MoveNext();
            entries.Add((key, Value(depth + 1)));
        }

        return new MapNode(entries, position);
    }
}

/// <summary>
/// Brackets of flow style in text that the parser gave up on: people forget to close them, and rules that begin with <c>!</c> hide what closes them.
/// </summary>
internal sealed record Brackets(Brackets.Sign? Open, Brackets.Sign? Tag)
{
    /// <summary>The innermost bracket that is never closed, and the first tag within brackets.</summary>
    public static Brackets In(string text)
    {
        var open = new Stack<Sign>();
        var tag = default(Sign);
        var (line, lineStart) = (1, 0);
        for (var i = 0; i < text.Length; i++)
        {
            // A sign means something where a value may begin.
            var isFirst = i == 0 || char.IsWhiteSpace(text[i - 1]) || text[i - 1] is '[' or '{' or ',';
            var place = new Sign(text[i].ToString(), line, i - lineStart + 1);
            switch (text[i])
            {
                case '\n':
                    (line, lineStart) = (line + 1, i + 1);
                    break;
                case '#' when isFirst:
                    i = EndOf(text, i, "\n") - 1;
                    break;
                case '"' or '\'' when isFirst:
                    // Values in quotation marks of a manifest stay on their line.
                    i = Math.Min(EndOf(text, i + 1, text[i].ToString()), EndOf(text, i, "\n") - 1);
                    break;
                case '[' or '{' when isFirst || open.Count > 0:
                    open.Push(place);
                    break;
                case ']' or '}' when open.Count > 0 && open.Peek().Text != (text[i] == ']' ? "[" : "{"):
                    return new Brackets(open.Peek(), tag);
                case ']' or '}' when open.Count > 0:
                    open.Pop();
                    break;
                case '!' when isFirst && open.Count > 0:
                    tag ??= place with { Text = string.Concat(text.Skip(i).TakeWhile(letter => letter is not (' ' or ',' or ']' or '}' or '\r' or '\n'))) };
                    break;
            }
        }

        return new Brackets(open.FirstOrDefault(), tag);
    }

    private static int EndOf(string text, int from, string end) => text.IndexOf(end, from, StringComparison.Ordinal) is >= 0 and var at ? at : text.Length;

    internal sealed record Sign(string Text, int Line, int Column)
    {
        public SourcePosition Place(string file) => new(file, Line, Column);
    }
}
