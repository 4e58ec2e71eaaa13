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
        return first is '*' or '%' or '@' or '`' or '&'
            ? Malformed(
                $"a value that starts with '{first}' must be in quotation marks, because that sign has a meaning of its own in YAML.",
                position,
                exception
            )
            : Malformed($"{exception.Message.TrimEnd('.')}. Check the indentation, and that every bracket and quotation mark is closed.", position, exception);
    }

    private static DiagnosticException Malformed(string problem, SourcePosition position, Exception? inner = null) =>
        new(ManifestCodes.Malformed, $"The manifest is not valid YAML: {problem}", position, inner);

    private Node? Document()
    {
        Next<StreamStart>();
        _parser.MoveNext();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        _parser.MoveNext();
        var root = Value(0);
        Next<DocumentEnd>();
        _parser.MoveNext();
        return _parser.Current is StreamEnd
            ? root
            : throw new DiagnosticException(
                ManifestCodes.Malformed,
                "The manifest must be one YAML document; found a second one. Remove '---' and what follows, or put it into a file of its own.",
                At(_file, _parser.Current!.Start));
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        _parser.MoveNext();
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
            throw new DiagnosticException(
                ManifestCodes.Malformed,
                $"'{written}' is a YAML tag here, and a manifest has none. A rule that excludes layers is written in quotation marks: \"{written}\".",
                position);
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
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            items.Add(Value(depth + 1));
        }

        return new ListNode(items, position);
    }

    private MapNode Map(SourcePosition position, int depth)
    {
        var entries = new List<(ScalarNode Key, Node Value)>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            if (Value(depth + 1) is not ScalarNode key)
            {
                throw new DiagnosticException(
                    KeyCodes.WrongType,
                    "A key must be a word; found a list or a mapping. Values in braces or brackets that stand alone need quotation marks.",
                    At(_file, _parser.Current!.Start));
            }

            if (!lines.TryAdd(key.Text, key.Position.Line))
            {
                throw new DiagnosticException(
                    ManifestCodes.Duplicate,
                    $"The key '{key.Text}' is written twice; the first is in line {lines[key.Text]}. Remove one of them.",
                    key.Position);
            }

            _parser.MoveNext();
            entries.Add((key, Value(depth + 1)));
        }

        return new MapNode(entries, position);
    }
}
