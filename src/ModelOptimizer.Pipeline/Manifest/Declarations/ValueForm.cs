using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What a value of the manifest looks like.</summary>
internal abstract record ValueForm
{
    /// <summary>The form in a few words, for people.</summary>
    public abstract string Text { get; }

    /// <summary>The form as a JSON schema.</summary>
    public abstract JsonObject Schema();
}
