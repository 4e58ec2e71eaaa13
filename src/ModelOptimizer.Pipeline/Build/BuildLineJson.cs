using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>The lines that the tool tells the task: one document a line, ASCII only, so that no console encoding can hurt them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
[JsonSerializable(typeof(MessageLine))]
[JsonSerializable(typeof(DiagnosticLine))]
internal sealed partial class BuildLineJson : JsonSerializerContext;
