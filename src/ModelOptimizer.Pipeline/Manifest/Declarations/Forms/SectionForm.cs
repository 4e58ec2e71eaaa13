using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A mapping with known keys.</summary>
internal sealed record SectionForm(SectionDeclaration Section, string Hint) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => SectionSchema.Of(Section);
}
