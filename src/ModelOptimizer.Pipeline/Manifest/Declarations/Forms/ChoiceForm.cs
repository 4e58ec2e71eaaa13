using System.Globalization;
using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>One of some words.</summary>
internal sealed record ChoiceForm(IReadOnlyList<string> Choices) : ValueForm
{
    public override string Text => string.Join(" | ", Choices);

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. Choices.Select(Word)]) };

    // Without quotation marks, 4 is a number to an editor.
    private static JsonNode Word(string choice) => int.TryParse(choice, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : choice;
}
