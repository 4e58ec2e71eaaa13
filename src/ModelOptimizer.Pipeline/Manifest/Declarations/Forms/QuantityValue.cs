using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A quantity with a unit.</summary>
internal sealed record QuantityValue(QuantityForm Form) : ValueForm
{
    public override string Text => QuantityReader.Expected(Form);

    public override JsonObject Schema()
    {
        var written = new PatternForm(QuantityReader.Pattern(Form), Text).Schema();
        return QuantityReader.MayBePlain(Form)
            ? new JsonObject { ["anyOf"] = new JsonArray(new PlainNumberForm(0).Schema(), written) }
            : written;
    }
}
