using System.Runtime.Serialization;

namespace ModelOptimizer.Build.State;

/// <summary>What the task asks of the tool. The tool repeats it in <c>state.json</c>; a difference makes it run again.</summary>
[DataContract]
internal sealed class BuildRequest
{
    public const int CurrentProtocol = 1;

    [DataMember(Name = "protocol")]
    public int Protocol { get; set; } = CurrentProtocol;

    [DataMember(Name = "manifests")]
    public string[] Manifests { get; set; } = [];

    [DataMember(Name = "projectDirectory")]
    public string ProjectDirectory { get; set; } = "";

    [DataMember(Name = "outputDirectory")]
    public string OutputDirectory { get; set; } = "";

    [DataMember(Name = "cacheDirectory")]
    public string CacheDirectory { get; set; } = "";

    [DataMember(Name = "device")]
    public string Device { get; set; } = "";

    [DataMember(Name = "severity")]
    public string Severity { get; set; } = "";

    [DataMember(Name = "verify")]
    public bool Verify { get; set; }

    [DataMember(Name = "enabled")]
    public bool Enabled { get; set; }

    [DataMember(Name = "rootNamespace")]
    public string RootNamespace { get; set; } = "";

    [DataMember(Name = "language")]
    public string Language { get; set; } = "";

    [DataMember(Name = "libraries")]
    public string Libraries { get; set; } = "";

    [DataMember(Name = "toolVersion")]
    public string ToolVersion { get; set; } = "";

    public bool AsksTheSameAs(BuildRequest other) => Json.Write(this) == Json.Write(other);
}
