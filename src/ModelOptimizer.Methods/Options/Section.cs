namespace ModelOptimizer.Methods.Options;

/// <summary>A mapping whose keys are known; everything else in it is an error.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, (ScalarNode Key, Node Value)> _entries = new(StringComparer.Ordinal);
    private readonly string _what;
    private readonly KeySet _keys;
    private readonly ManifestPaths _paths;

    /// <summary>Reads <paramref name="node"/>.</summary>
    /// <param name="node">What is written.</param>
    /// <param name="what">What it should be, such as <c>dataset 'digits'</c>.</param>
    /// <param name="keys">The keys it may have.</param>
    /// <param name="paths">Where files are.</param>
    /// <param name="at">Where to point when a key is missing; the start of the mapping by default.</param>
    /// <param name="later">Keys that are designed but not built, with what to use instead.</param>
    /// <exception cref="DiagnosticException">A key is unknown, missing, or there without what it needs or beside what it excludes.</exception>
    public Section(Node node, string what, KeySet keys, ManifestPaths paths, SourcePosition? at = null, IReadOnlyDictionary<string, string>? later = null)
    {
        (_what, _keys, _paths, Position) = (what, keys, paths, node.Position);
        var names = keys.Select(key => key.Name).ToList();
        foreach (var (key, value) in node.AsMap(what).Entries)
        {
            if (later is not null && later.TryGetValue(key.Text, out var instead))
            {
                throw new DiagnosticException(KeyCodes.NotYet, $"'{key.Text}' is not part of this version yet. {instead}", key.Position);
            }

            if (!names.Contains(key.Text))
            {
                throw new DiagnosticException(
                    KeyCodes.UnknownKey,
                    $"Unknown key '{key.Text}' in {what}.{Suggestion.For(key.Text, names)} It can have: {string.Join(", ", names)}.",
                    key.Position);
            }

            _entries.Add(key.Text, (key, value));
        }

        InOrder = [.. keys.Where(key => this[key] is not null).OrderBy(key => KeyPosition(key.Name).Line).ThenBy(key => KeyPosition(key.Name).Column)];
        CheckWhatIsMissing(at ?? Position);
        CheckWhatIsThere();
    }

    /// <summary>Where the mapping starts.</summary>
    public SourcePosition Position { get; }

    /// <summary>The keys that are written, in their order there.</summary>
    public IReadOnlyList<Option> InOrder { get; }

    /// <summary>What is written for a key; null when it is absent.</summary>
    public Node? this[Option key] => _entries.TryGetValue(key.Name, out var entry) ? entry.Value : null;

    /// <summary>Where a key is written.</summary>
    public SourcePosition KeyPosition(string key) => _entries[key].Key.Position;

    /// <summary>The value of a key; what its declaration says when it is absent.</summary>
    public T Read<T>(Option<T> key) => this[key] is { } node ? key.Of.Read(node, key.Name, _paths) : key.Absent;

    /// <summary>The value of a key that is there.</summary>
    public object? Value(Option key) => key.Form.Value(this[key]!, key.Name, _paths);

    /// <summary>The mapping in a key; null when it is absent. What it lacks is said of the key.</summary>
    public Section? Inner(Option key, KeySet keys) => this[key] is { } node ? new Section(node, $"'{key.Name}'", keys, _paths, KeyPosition(key.Name)) : null;

    private void CheckWhatIsMissing(SourcePosition at)
    {
        if (_keys.FirstOrDefault(key => key.IsRequired && this[key] is null) is { } missing)
        {
            throw new DiagnosticException(KeyCodes.MissingKey, $"The key '{missing.Name}' is missing in {_what}. Write, for example, {Sample(missing)}.", at);
        }

        if (_keys.NeedsOneOf.Count > 0 && !_keys.NeedsOneOf.Any(_entries.ContainsKey))
        {
            var ways = Proposed(_keys.NeedsOneOf).ToList();
            var subject = $"{char.ToUpperInvariant(_what[0])}{_what[1..]}";
            throw new DiagnosticException(
                KeyCodes.MissingKey,
                $"{subject} needs one of {string.Join(", ", ways.Select(key => key.Name))}. Write, for example, {Or(ways.Select(Sample))}.",
                at);
        }
    }

    private void CheckWhatIsThere()
    {
        foreach (var (index, key) in InOrder.Index())
        {
            if (key.Excludes(InOrder.Take(index)).FirstOrDefault() is { } other)
            {
                throw new DiagnosticException(
                    KeyCodes.Conflict,
                    $"'{key.Name}' and '{other.Name}' exclude each other. Remove one of them.",
                    KeyPosition(key.Name));
            }

            if (key.Needs.Count > 0 && !key.Needs.Any(_entries.ContainsKey))
            {
                var ways = string.Join(", or ", Proposed(key.Needs).Select(Addition).Append("remove it"));
                var needed = Or(key.Needs.Select(name => $"'{name}'"));
                throw new DiagnosticException(
                    KeyCodes.Conflict,
                    $"'{key.Name}' has no meaning without {needed}. {char.ToUpperInvariant(ways[0])}{ways[1..]}.",
                    KeyPosition(key.Name));
            }
        }
    }

    private IEnumerable<Option> Proposed(IReadOnlyList<string> names) => _keys.Where(key => names.Contains(key.Name) && key.Example is not null);

    private string Addition(Option key) => key.Excludes(_keys).FirstOrDefault(other => this[other] is not null) is { } instead
        ? $"write {Sample(key)} instead of '{instead.Name}'"
        : $"add {Sample(key)}";

    private static string Or(IEnumerable<string> words) => words.ToList() is { Count: > 1 } several
        ? $"{string.Join(", ", several[..^1])} or {several[^1]}"
        : string.Join("", words);

    private static string Sample(Option key) => $"'{key.Name}: {key.Example}'";
}
