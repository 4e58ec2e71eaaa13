using System.Runtime.Serialization;
using System.Security;

namespace ModelOptimizer.Build;

/// <summary>
/// All that the MSBuild task and the tool agree on; the tool compiles this file too. The task writes a request and starts <c>modelopt build --request FILE</c>.
/// The tool says what happens in lines on its standard output, each a <see cref="ToolMessage"/> or a <see cref="ToolDiagnostic"/>, and leaves a
/// <see cref="BuildState"/> beside what it wrote.
/// </summary>
internal static class BuildContract
{
    public const string Command = "build";

    public const string RequestOption = "--request";

    public const string StateFile = "state.json";

    /// <summary>One file per process of a task: two builds of one project may ask for different things at once.</summary>
    public const string RequestFiles = "request-*.json";

    /// <summary>Either of the two cannot read or write the build's folder.</summary>
    public const string CannotUseFolder = "MOC5113";

    /// <summary>What every line of the two kinds starts with; anything else on the standard output is a stray line of a library.</summary>
    public const string LineStart = "{";

    /// <summary>What is said of <see cref="CannotUseFolder"/>; <paramref name="reason"/> is the system's.</summary>
    public static string FolderProblem(string reason) =>
        $"The build's folder cannot be used: {reason} Check its permissions, the free space and that no other program holds its files.";
}

/// <summary>What the task asks of the tool. The tool repeats it in its state; a difference makes it run again.</summary>
[DataContract]
internal sealed record BuildRequest
{
    /// <summary>The version of this contract.</summary>
    public const int CurrentProtocol = 1;

    /// <summary>The version that the task speaks.</summary>
    [DataMember(Name = "protocol", Order = 0, IsRequired = true)]
    public int Protocol { get; init; } = CurrentProtocol;

    /// <summary>Absolute paths of the manifests, in the project's order.</summary>
    [DataMember(Name = "manifests", Order = 1, IsRequired = true)]
    public string[] Manifests { get; init; } = [];

    /// <summary>Where everything is written: below <c>obj</c>, the same for all target frameworks and configurations.</summary>
    [DataMember(Name = "outputDirectory", Order = 2, IsRequired = true)]
    public string OutputDirectory { get; init; } = "";

    /// <summary>The cache's folder; empty for the tool's default.</summary>
    [DataMember(Name = "cacheDirectory", Order = 3, IsRequired = true)]
    public string CacheDirectory { get; init; } = "";

    /// <summary>Overrides the manifests' device; empty to keep them.</summary>
    [DataMember(Name = "device", Order = 4, IsRequired = true)]
    public string Device { get; init; } = "";

    /// <summary><c>warning</c> makes failed gates warnings; anything else leaves them as they are.</summary>
    [DataMember(Name = "severity", Order = 5, IsRequired = true)]
    public string Severity { get; init; } = "";

    /// <summary>Evaluate the gates of what the last build left again, without compressing.</summary>
    [DataMember(Name = "verify", Order = 6, IsRequired = true)]
    public bool Verify { get; init; }

    /// <summary>False embeds the originals.</summary>
    [DataMember(Name = "enabled", Order = 7, IsRequired = true)]
    public bool Enabled { get; init; } = true;

    /// <summary>Namespace of accessors whose name has no dots; may be empty.</summary>
    [DataMember(Name = "rootNamespace", Order = 8, IsRequired = true)]
    public string RootNamespace { get; init; } = "";

    /// <summary><c>C#</c>, <c>F#</c> or <c>VB</c>.</summary>
    [DataMember(Name = "language", Order = 9, IsRequired = true)]
    public string Language { get; init; } = "C#";

    /// <summary>The target frameworks of the project with semicolons between them: what all of them can unpack is used.</summary>
    [DataMember(Name = "targetFrameworks", Order = 12)]
    public string TargetFrameworks { get; init; } = "";

    /// <summary>Where other libraries lie (another build of ONNX Runtime, plug-ins, TorchSharp), in one text: another folder may be another answer.</summary>
    [DataMember(Name = "libraries", Order = 10, IsRequired = true)]
    public string Libraries { get; init; } = "";

    /// <summary>What the task takes for the tool's identity; another tool's state is no answer.</summary>
    [DataMember(Name = "toolVersion", Order = 11, IsRequired = true)]
    public string ToolVersion { get; init; } = "";

    /// <summary>
    /// Whether <paramref name="other"/> must come out the same. Where the cache lies does not matter, nor the output folder, which the state is in.
    /// </summary>
    public bool AsksTheSameAs(BuildRequest other) =>
        Manifests.SequenceEqual(other.Manifests, StringComparer.Ordinal)
        && this == other with { Manifests = Manifests, CacheDirectory = CacheDirectory, OutputDirectory = OutputDirectory };
}

/// <summary>
/// What the last run of the tool read, wrote and said: <c>state.json</c>. The tool writes it last, and by renaming. The task starts the tool only when a
/// length, a time, the request, the tool or an output is not as it is here. In the file all paths are from its folder, so that a tree which is copied or moved
/// speaks of itself; in memory they are absolute.
/// </summary>
[DataContract]
internal sealed record BuildState
{
    public const int CurrentVersion = 2;

    [DataMember(Name = "version", Order = 0)]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The tool's own word for its identity.</summary>
    [DataMember(Name = "toolVersion", Order = 1)]
    public string ToolVersion { get; init; } = "";

    [DataMember(Name = "request", Order = 2, IsRequired = true)]
    public BuildRequest Request { get; init; } = new();

    [DataMember(Name = "succeeded", Order = 3)]
    public bool Succeeded { get; init; }

    /// <summary>0, or 1 for a failed gate: nothing says that another failure would happen again, so the state of the build before stays.</summary>
    [DataMember(Name = "exitCode", Order = 4)]
    public int ExitCode { get; init; }

    [DataMember(Name = "inputs", Order = 5, IsRequired = true)]
    public InputStamp[] Inputs { get; init; } = [];

    [DataMember(Name = "outputs", Order = 6, IsRequired = true)]
    public BuildOutput[] Outputs { get; init; } = [];

    [DataMember(Name = "diagnostics", Order = 7, IsRequired = true)]
    public ToolDiagnostic[] Diagnostics { get; init; } = [];

    /// <summary>The lines that every build shows.</summary>
    [DataMember(Name = "messages", Order = 8, IsRequired = true)]
    public string[] Messages { get; init; } = [];

    /// <summary>
    /// The state in <paramref name="path"/>; null when there is none of this version that is whole and whose outputs are in its folder. That makes the tool
    /// run.
    /// </summary>
    public static BuildState? Read(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return BuildJson.Read<BuildState>(File.ReadAllText(path)) is { Version: CurrentVersion, IsWhole: true } state
                && state.Outputs.All(output => IsBelow(folder, output.Path) && (output.Kind != BuildOutput.Copy || IsBelow(folder, output.LogicalName)))
                ? state.WithPaths(relative => Path.GetFullPath(Path.Combine(folder, relative)))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException or SerializationException or ArgumentException
            or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>This with every path as <paramref name="map"/> makes it.</summary>
    public BuildState WithPaths(Func<string, string> map) => this with
    {
        Request = Request with { Manifests = [.. Request.Manifests.Select(map)], OutputDirectory = map(Request.OutputDirectory) },
        Inputs = [.. Inputs.Select(input => input with { Path = map(input.Path) })],
        Outputs = [.. Outputs.Select(output => output with { Path = map(output.Path) })],
        Diagnostics = [.. Diagnostics.Select(said => said.File.Length == 0 ? said : said with { File = map(said.File) })],
    };

    // The serialiser leaves null what a file has not, whatever the types say.
    private bool IsWhole => this
        is { Request: { Manifests: not null, OutputDirectory: not null }, Inputs: not null, Outputs: not null, Diagnostics: not null }
        && Request.Manifests.All(path => path is not null)
        && Inputs.All(input => input is { Path: not null, Sha256: not null })
        && Outputs.All(output => output is { Path: not null, Kind: not null, LogicalName: not null })
        && Diagnostics.All(said => said is { Severity: not null, Code: not null, File: not null, Message: not null })
        && Messages?.All(line => line is not null) == true;

    private static bool IsBelow(string folder, string path) =>
        !Path.IsPathRooted(path)
        && Path.GetFullPath(Path.Combine(folder, path))
            .StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

/// <summary>A file, or a folder, that the tool read, as it was then.</summary>
/// <param name="Path">Absolute, in the file from its folder.</param>
/// <param name="Length">In bytes; 0 for a folder; -1 when there was nothing, so that its appearing is a change.</param>
/// <param name="LastWriteUtc">Ticks, or a folder's <see cref="FolderStamp"/>; 0 when there was none.</param>
/// <param name="Sha256">Of the content, lower-case hexadecimal; empty when there was none, or when it changed while it was used.</param>
[DataContract]
internal sealed partial record InputStamp(
    [property: DataMember(Name = "path", Order = 0, IsRequired = true)] string Path,
    [property: DataMember(Name = "length", Order = 1)] long Length,
    [property: DataMember(Name = "lastWriteUtc", Order = 2)] long LastWriteUtc,
    [property: DataMember(Name = "sha256", Order = 3)] string Sha256)
{
    /// <summary>A file's <see cref="FileIdentity"/>; 0 for a folder.</summary>
    [DataMember(Name = "identity", Order = 4, EmitDefaultValue = false)]
    public long Identity { get; init; }

    /// <summary>The file or folder as it is now, without its content.</summary>
    public static InputStamp Glance(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new InputStamp(path, file.Length, file.LastWriteTimeUtc.Ticks, "") { Identity = FileIdentity.Of(path) }
            : Directory.Exists(path) ? new InputStamp(path, 0, FolderStamp.Of(path).Fingerprint, "")
            : new InputStamp(path, -1, 0, "");
    }

    /// <summary>Whether length, time and identity are still what the tool saw. Equal, not "not newer": a file replaced by an older one is a change.</summary>
    public bool IsUnchanged()
    {
        try
        {
            return Glance(Path) with { Sha256 = Sha256 } == this;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The tool can say better what is wrong with it.
            return false;
        }
    }
}

/// <summary>A file that the tool wrote for the compiler or for the project's output folder.</summary>
/// <param name="Path">Absolute, in the file from its folder, which it is in.</param>
/// <param name="Kind"><see cref="Resource"/>, <see cref="Compile"/> or <see cref="Copy"/>; the targets file knows these words too.</param>
/// <param name="LogicalName">The resource's name, or the copy's path in the project's output folder; empty for source code.</param>
/// <param name="Length">In bytes.</param>
[DataContract]
internal sealed record BuildOutput(
    [property: DataMember(Name = "path", Order = 0, IsRequired = true)] string Path,
    [property: DataMember(Name = "kind", Order = 1, IsRequired = true)] string Kind,
    [property: DataMember(Name = "logicalName", Order = 2)] string LogicalName,
    [property: DataMember(Name = "length", Order = 3)] long Length)
{
    public const string Resource = "resource";

    public const string Compile = "compile";

    public const string Copy = "copy";

    public bool IsThere() => new FileInfo(Path) is { Exists: true } file && file.Length == Length;
}

/// <summary>A line of the tool for the build's log.</summary>
/// <param name="Type">See <see cref="LineType"/>.</param>
/// <param name="Importance"><see cref="High"/> or <see cref="Normal"/>.</param>
/// <param name="Text">The line.</param>
[DataContract]
internal sealed record ToolMessage(
    [property: DataMember(Name = "type", Order = 0)] string Type,
    [property: DataMember(Name = "importance", Order = 1)] string? Importance,
    [property: DataMember(Name = "text", Order = 2)] string? Text)
{
    public const string LineType = "message";

    public const string High = "high";

    public const string Normal = "normal";
}

/// <summary>An error, warning or note of the tool.</summary>
/// <param name="Severity"><see cref="Error"/>, <see cref="Warning"/> or anything else for a note.</param>
/// <param name="Code">Such as <c>MOC4001</c>.</param>
/// <param name="File">Absolute path; empty when there is no place.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Column">From 1; 0 for the file as a whole.</param>
/// <param name="Message">What is wrong and what to do.</param>
[DataContract]
internal sealed partial record ToolDiagnostic(
    [property: DataMember(Name = "severity", Order = 1)] string Severity,
    [property: DataMember(Name = "code", Order = 2)] string Code,
    [property: DataMember(Name = "file", Order = 3)] string File,
    [property: DataMember(Name = "line", Order = 4)] int Line,
    [property: DataMember(Name = "column", Order = 5)] int Column,
    [property: DataMember(Name = "message", Order = 6)] string Message)
{
    public const string LineType = "diagnostic";

    public const string Error = "error";

    public const string Warning = "warning";

    public const string Note = "note";

    /// <summary><see cref="LineType"/> in a line; a state has no such member.</summary>
    [DataMember(Name = "type", Order = 0, EmitDefaultValue = false)]
    public string? Type { get; init; }
}
