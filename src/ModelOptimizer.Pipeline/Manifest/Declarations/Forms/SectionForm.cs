using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Manifest.Schema;

namespace ModelOptimizer.Pipeline.Manifest.Declarations.Forms;

/// <summary>A mapping with known keys.</summary>
internal sealed record SectionForm(SectionDeclaration Section, string Hint) : ValueForm
{
    public override string Text => Hint;

    public override JsonObject Schema() => SectionSchema.Of(Section);
}
