namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A mapping whose keys are known; everything else in it is an error.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, (ScalarNode Key, Node Value)> entries = new(StringComparer.Ordinal);
    private readonly string what;

    /// <summary>Reads <paramref name="node"/>.</summary>
    /// <param name="node">What is written.</param>
    /// <param name="what">What it should be, such as <c>dataset 'digits'</c>.</param>
    /// <param name="declaration">The keys it may have.</param>
    /// <param name="later">Keys that are designed but not built, with what to use instead.</param>
    public Section(Node node, string what, SectionDeclaration declaration, IReadOnlyDictionary<string, string>? later = null)
    {
        this.what = what;
        var keys = declaration.Keys.Select(key => key.Name).ToList();
        Position = node.Position;
        foreach (var (key, value) in node.AsMap(what).Entries)
        {
            if (later is not null && later.TryGetValue(key.Text, out var instead))
            {
                throw new DiagnosticException(ManifestCodes.NotYet, $"'{key.Text}' is not part of this version yet. {instead}", key.Position);
            }

            if (!keys.Contains(key.Text))
            {
                throw new DiagnosticException(ManifestCodes.UnknownKey, $"Unknown key '{key.Text}' in {what}.{Suggestion.For(key.Text, keys)} It can have: {string.Join(", ", keys)}.", key.Position);
            }

            entries.Add(key.Text, (key, value));
        }
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
    /// <param name="key">The key.</param>
    /// <param name="example">How it could be written.</param>
    /// <param name="at">Where to point when it is absent; the start of the mapping by default.</param>
    public Node Require(KeyDeclaration key, string example, SourcePosition? at = null) =>
        this[key] ?? throw new DiagnosticException(ManifestCodes.MissingKey, $"The key '{key.Name}' is missing in {what}. Write, for example, '{example}'.", at ?? Position);

    private static int Integer(Node node, KeyDeclaration key) => key.Form is IntegerForm form
        ? node.AsInteger(key.Name, form.Minimum, form.Maximum)
        : throw new InvalidOperationException($"'{key.Name}' is not declared as a whole number.");
}
