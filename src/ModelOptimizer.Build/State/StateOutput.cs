using System.Runtime.Serialization;

namespace ModelOptimizer.Build.State;

/// <summary>A file that the tool wrote, and what the build does with it.</summary>
[DataContract]
internal sealed class StateOutput
{
    public const string Resource = "resource";

    public const string Compile = "compile";

    [DataMember(Name = "path")]
    public string Path { get; set; } = "";

    [DataMember(Name = "kind")]
    public string Kind { get; set; } = "";

    [DataMember(Name = "logicalName")]
    public string? LogicalName { get; set; }

    [DataMember(Name = "length")]
    public long Length { get; set; }

    public bool IsThere() => new FileInfo(Path) is { Exists: true } file && file.Length == Length;
}
