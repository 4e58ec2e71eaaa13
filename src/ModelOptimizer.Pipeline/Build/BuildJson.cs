using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>The files between the MSBuild task and the tool.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(BuildRequest))]
[JsonSerializable(typeof(BuildState))]
internal sealed partial class BuildJson : JsonSerializerContext;
