using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>A file for the compiler.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Kind"><c>resource</c> or <c>compile</c>.</param>
/// <param name="LogicalName">The resource's name; empty for source code.</param>
/// <param name="Length">In bytes.</param>
internal sealed record BuildOutput(string Path, string Kind, string LogicalName, long Length)
{
    public const string Resource = "resource";

    public const string Compile = "compile";

    [JsonIgnore]
    public bool IsThere => new FileInfo(Path) is { Exists: true } file && file.Length == Length;
}
