using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>What lies in a project's output folder.</summary>
/// <param name="Model">The compressed model; null when there is none.</param>
/// <param name="Accessor">The generated class; null when there is none.</param>
/// <param name="Finished">Whether the state takes these for the result of a build.</param>
internal sealed record BuiltFiles(byte[]? Model, byte[]? Accessor, bool Finished)
{
    public static BuiltFiles In(Consumer consumer)
    {
        using var state = JsonDocument.Parse(File.ReadAllText(consumer.State));
        return new BuiltFiles(
            Content(consumer["obj", "modelopt", "digits", "digits.onnx"]),
            Content(consumer["obj", "modelopt", "DigitsModel.g.cs"]),
            state.RootElement.GetProperty("toolVersion").GetString() != "");
    }

    public bool HasModelOf(BuiltFiles other) => Model.AsSpan().SequenceEqual(other.Model);

    public bool HasAccessorOf(BuiltFiles other) => Accessor.AsSpan().SequenceEqual(other.Accessor);

    private static byte[]? Content(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;
}
