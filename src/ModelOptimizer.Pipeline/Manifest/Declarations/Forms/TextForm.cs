using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A name, a path or another text that only its reader understands.</summary>
internal sealed record TextForm(string Hint) : ValueForm
{
    public override string Text => Hint;

    // A name such as 2019 is a number to YAML, and still a name.
    public override JsonObject Schema() => new() { ["type"] = new JsonArray("string", "number", "boolean"), ["pattern"] = "\\S" };
}
