using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>A file for the compiler or for the output folder.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Kind"><c>resource</c>, <c>compile</c> or <c>copy</c>.</param>
/// <param name="LogicalName">The resource's name, or the copy's path in the output folder; empty for source code.</param>
/// <param name="Length">In bytes.</param>
internal sealed record BuildOutput(string Path, string Kind, string LogicalName, long Length)
{
    public const string Resource = "resource";

    public const string Compile = "compile";

    public const string Copy = "copy";

    [JsonIgnore]
    public bool IsThere => new FileInfo(Path) is { Exists: true } file && file.Length == Length;
}
