using System.Runtime.Serialization;

namespace ModelOptimizer.Build.State;

/// <summary><c>state.json</c>: what the last run of the tool read, wrote and said. The tool writes it last, and by renaming.</summary>
[DataContract]
internal sealed class BuildState
{
    public const string FileName = "state.json";

    public const int CurrentVersion = 1;

    [DataMember(Name = "version")]
    public int Version { get; set; }

    [DataMember(Name = "request")]
    public BuildRequest? Request { get; set; }

    [DataMember(Name = "succeeded")]
    public bool Succeeded { get; set; }

    [DataMember(Name = "inputs")]
    public StateInput[]? Inputs { get; set; }

    [DataMember(Name = "outputs")]
    public StateOutput[]? Outputs { get; set; }

    [DataMember(Name = "diagnostics")]
    public ToolDiagnostic[]? Diagnostics { get; set; }

    [DataMember(Name = "messages")]
    public string[]? Messages { get; set; }

    /// <summary>The state in <paramref name="path"/>; null when there is none that this task understands, which makes the tool run.</summary>
    public static BuildState? Read(string path)
    {
        try
        {
            var state = Json.Read<BuildState>(File.ReadAllText(path));
            return state is { Version: CurrentVersion, Request: not null, Inputs: not null, Outputs: not null } ? state : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SerializationException)
        {
            return null;
        }
    }
}
