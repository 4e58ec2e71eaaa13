namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The declaration of one key of the manifest: what the reader, the schema for editors and the reference page go by.</summary>
/// <param name="Name">The key.</param>
/// <param name="Form">What its value looks like.</param>
/// <param name="Summary">Its meaning, in a sentence or two.</param>
/// <param name="Default">The value taken when the key is absent, as it would be written; null when there is none.</param>
internal sealed record KeyDeclaration(string Name, ValueForm Form, string Summary, string? Default = null)
{
    /// <summary>A value that messages may propose; null where there is nothing to propose.</summary>
    public string? Example { get; init; }

    /// <summary>Whether the key must be there.</summary>
    public bool IsRequired { get; init; }

    /// <summary>At most one key of a group may be given; null when the key stands alone.</summary>
    public string? ExclusiveGroup { get; init; }

    /// <summary>Keys of which one must be given too; empty when the key has a meaning by itself.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>The other keys of its group.</summary>
    public IEnumerable<KeyDeclaration> Excludes(IEnumerable<KeyDeclaration> all) =>
        all.Where(other => other.Name != Name && ExclusiveGroup is not null && other.ExclusiveGroup == ExclusiveGroup);

    /// <summary>The summary, and which other keys it goes with or without.</summary>
    public string Meaning(IEnumerable<KeyDeclaration> all)
    {
        var others = Excludes(all).Select(other => other.Name).ToList();
        return Summary + (Needs.Count == 0 ? "" : $" Needs {string.Join(" or ", Needs)}.") + (others.Count == 0 ? "" : $" Not together with {string.Join(", ", others)}.");
    }
}
