using Microsoft.Build.Utilities;

namespace ModelOptimizer.Build.Tests.Infrastructure;

/// <summary>The task, with a shell script in the tool's place: <c>sh</c> is the host and the script what it runs.</summary>
internal sealed class ScriptedTool : IDisposable
{
    private readonly TempFolder _folder = new();

    public ScriptedTool(string script)
    {
        Write("tool.sh", script);
        Write("modelopt.yaml", "version: 1\n");
        Task = new CompressModels
        {
            BuildEngine = Engine,
            Manifests = [new TaskItem(Path("modelopt.yaml"))],
            ProjectDirectory = _folder.Path,
            OutputDirectory = Path("obj"),
            ToolPath = Path("tool.sh"),
            DotNetHost = "/bin/sh",
            RootNamespace = "App",
        };
    }

    public RecordingEngine Engine { get; } = new();

    public CompressModels Task { get; }

    public bool Started => Engine.Messages.Any(message => message.Message!.StartsWith("Starting modelopt", StringComparison.Ordinal));

    public string Path(params string[] names) => _folder[names];

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
    }

    /// <summary>A script that leaves a state which repeats the request, as the tool does.</summary>
    /// <param name="rest">The members of the state after the request.</param>
    public static string WritesState(string rest) => $$"""
        request=$(cat "$3")
        cat > obj/state.json <<END
        {"version":2,"toolVersion":"x","request":$request,{{rest}}}
        END

        """;


    public void Dispose() => _folder.Dispose();
}
