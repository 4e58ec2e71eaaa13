using System.Runtime.Serialization;

namespace ModelOptimizer.Build.State;

/// <summary>An error, warning or note of the tool.</summary>
[DataContract]
internal sealed class ToolDiagnostic
{
    public const string Error = "error";

    public const string Warning = "warning";

    [DataMember(Name = "severity")]
    public string Severity { get; set; } = "";

    [DataMember(Name = "code")]
    public string Code { get; set; } = "";

    [DataMember(Name = "file")]
    public string? File { get; set; }

    [DataMember(Name = "line")]
    public int Line { get; set; }

    [DataMember(Name = "column")]
    public int Column { get; set; }

    [DataMember(Name = "message")]
    public string Message { get; set; } = "";
}
