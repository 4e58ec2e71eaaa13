namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A mapping whose keys are known; everything else in it is an error.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, (ScalarNode Key, Node Value)> entries = new(StringComparer.Ordinal);
    private readonly string what;
    private readonly IReadOnlyList<KeyDeclaration> keys;

    /// <summary>Reads <paramref name="node"/>.</summary>
    /// <param name="node">What is written.</param>
    /// <param name="what">What it should be, such as <c>dataset 'digits'</c>.</param>
    /// <param name="declaration">The keys it may have.</param>
    /// <param name="at">Where to point when a key is missing; the start of the mapping by default.</param>
    /// <param name="later">Keys that are designed but not built, with what to use instead.</param>
    /// <exception cref="DiagnosticException">A key is unknown, missing, or there without what it needs or beside what it excludes.</exception>
    public Section(Node node, string what, SectionDeclaration declaration, SourcePosition? at = null, IReadOnlyDictionary<string, string>? later = null)
    {
        this.what = what;
        keys = declaration.Keys;
        var names = keys.Select(key => key.Name).ToList();
        Position = node.Position;
        foreach (var (key, value) in node.AsMap(what).Entries)
        {
            if (later is not null && later.TryGetValue(key.Text, out var instead))
            {
                throw new DiagnosticException(ManifestCodes.NotYet, $"'{key.Text}' is not part of this version yet. {instead}", key.Position);
            }

            if (!names.Contains(key.Text))
            {
                throw new DiagnosticException(ManifestCodes.UnknownKey, $"Unknown key '{key.Text}' in {what}.{Suggestion.For(key.Text, names)} It can have: {string.Join(", ", names)}.", key.Position);
            }

            entries.Add(key.Text, (key, value));
        }

        CheckWhatIsMissing(declaration.NeedsOneOf, at ?? Position);
        CheckWhatIsThere();
    }

    /// <summary>Where the mapping starts.</summary>
    public SourcePosition Position { get; }

    /// <summary>The value of a key that may be absent.</summary>
    public Node? this[string key] => entries.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <inheritdoc cref="this[string]"/>
    public Node? this[KeyDeclaration key] => this[key.Name];

    /// <summary>Where a key is written.</summary>
    public SourcePosition KeyPosition(string key) => entries[key].Key.Position;

    /// <inheritdoc cref="KeyPosition(string)"/>
    public SourcePosition KeyPosition(KeyDeclaration key) => KeyPosition(key.Name);

    /// <summary>The value of a key that has a default.</summary>
    public Node OrDefault(KeyDeclaration key) => this[key] ?? YamlTree.ParseDefault(key.Default!, Position);

    /// <summary>A whole number that may be absent.</summary>
    public int? Integer(KeyDeclaration key) => this[key] is { } node ? Integer(node, key) : null;

    /// <summary>A whole number that has a default.</summary>
    public int IntegerOrDefault(KeyDeclaration key) => Integer(OrDefault(key), key);

    /// <summary>A word that has a default.</summary>
    public string ChoiceOrDefault(KeyDeclaration key) => OrDefault(key).AsChoice(key.Name, ((ChoiceForm)key.Form).Choices);

    /// <summary>The value of a key that must be there.</summary>
    public Node Required(KeyDeclaration key) => entries[key.Name].Value;

    private void CheckWhatIsMissing(IReadOnlyList<string> needsOneOf, SourcePosition at)
    {
        if (keys.FirstOrDefault(key => key.IsRequired && this[key] is null) is { } missing)
        {
            throw new DiagnosticException(ManifestCodes.MissingKey, $"The key '{missing.Name}' is missing in {what}. Write, for example, {Sample(missing)}.", at);
        }

        if (needsOneOf.Count > 0 && needsOneOf.All(name => this[name] is null))
        {
            var ways = Proposed(needsOneOf).ToList();
            var subject = $"{char.ToUpperInvariant(what[0])}{what[1..]}";
            throw new DiagnosticException(ManifestCodes.MissingKey, $"{subject} needs one of {string.Join(", ", ways.Select(key => key.Name))}. Write, for example, {Or(ways.Select(Sample))}.", at);
        }
    }

    private void CheckWhatIsThere()
    {
        var there = keys.Where(key => this[key] is not null).OrderBy(key => KeyPosition(key).Line).ThenBy(key => KeyPosition(key).Column).ToList();
        foreach (var (index, key) in there.Index())
        {
            if (key.Excludes(there.Take(index)).FirstOrDefault() is { } other)
            {
                throw new DiagnosticException(ManifestCodes.Conflict, $"'{key.Name}' and '{other.Name}' exclude each other. Remove one of them.", KeyPosition(key));
            }

            if (key.Needs.Count > 0 && key.Needs.All(name => this[name] is null))
            {
                var ways = string.Join(", or ", Proposed(key.Needs).Select(Addition).Append("remove it"));
                var needed = Or(key.Needs.Select(name => $"'{name}'"));
                throw new DiagnosticException(ManifestCodes.Conflict, $"'{key.Name}' has no meaning without {needed}. {char.ToUpperInvariant(ways[0])}{ways[1..]}.", KeyPosition(key));
            }
        }
    }

    private IEnumerable<KeyDeclaration> Proposed(IReadOnlyList<string> names) => keys.Where(key => names.Contains(key.Name) && key.Example is not null);

    private string Addition(KeyDeclaration key) => key.Excludes(keys).FirstOrDefault(other => this[other] is not null) is { } instead
        ? $"write {Sample(key)} instead of '{instead.Name}'"
        : $"add {Sample(key)}";

    private static string Or(IEnumerable<string> words) => words.ToList() is { Count: > 1 } several ? $"{string.Join(", ", several[..^1])} or {several[^1]}" : string.Join("", words);

    private static string Sample(KeyDeclaration key) => $"'{key.Name}: {key.Example}'";

    private static int Integer(Node node, KeyDeclaration key) => key.Form is IntegerForm form
        ? node.AsInteger(key.Name, form.Minimum, form.Maximum)
        : throw new InvalidOperationException($"'{key.Name}' is not declared as a whole number.");
}
