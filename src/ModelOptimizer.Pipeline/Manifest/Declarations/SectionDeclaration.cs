namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The declaration of a mapping with known keys.</summary>
internal sealed record SectionDeclaration(IReadOnlyList<KeyDeclaration> Keys)
{
    /// <summary>Keys of which at least one must be given; empty when none must.</summary>
    public IReadOnlyList<string> NeedsOneOf { get; init; } = [];
}
