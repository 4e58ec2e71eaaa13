using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelOptimizer.Build;

/// <summary>
/// Compresses the models of a project by running the tool, unless nothing changed since it last ran. Knows nothing of manifests or models:
/// the tool says in <c>state.json</c> what it read and wrote.
/// </summary>
public sealed class CompressModels : Task, ICancelableTask
{
    private readonly ToolProcess _process = new();

    /// <summary>The manifests.</summary>
    [Required]
    public ITaskItem[] Manifests { get; set; } = [];

    /// <summary>Absolute path of the project's folder.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Absolute path of the folder that everything is written to.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Path of <c>modelopt.dll</c>.</summary>
    [Required]
    public string ToolPath { get; set; } = "";

    /// <summary>The dotnet host that runs the build; empty for the one on the PATH.</summary>
    public string DotNetHost { get; set; } = "";

    /// <summary>False embeds the originals.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Overrides the manifest's device.</summary>
    public string Device { get; set; } = "";

    /// <summary>The cache's folder, absolute or from the project's; empty for the tool's default.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>A folder with another build of ONNX Runtime, absolute or from the project's; empty for the tool's own.</summary>
    public string RuntimeDirectory { get; set; } = "";

    /// <summary>Libraries of execution providers, or folders with such, absolute or from the project's.</summary>
    public string[] Plugins { get; set; } = [];

    /// <summary>What a failed gate is: <c>error</c> or <c>warning</c>.</summary>
    public string Severity { get; set; } = "error";

    /// <summary>Evaluate the gates again without compressing.</summary>
    public bool Verify { get; set; }

    /// <summary>Folders with the TorchSharp backend, absolute or from the project's; none when there is none.</summary>
    public string[] TorchSharpDirectories { get; set; } = [];

    /// <summary>Namespace of generated classes.</summary>
    public string RootNamespace { get; set; } = "";

    /// <summary><c>C#</c>, <c>F#</c> or <c>VB</c>.</summary>
    public string Language { get; set; } = "C#";

    /// <summary>The target frameworks, with semicolons between them: a compressed resource must be one that all of them can unpack.</summary>
    public string TargetFrameworks { get; set; } = "";

    /// <summary>What was written, with <c>Kind</c> (<c>resource</c>, <c>compile</c>, <c>copy</c>, <c>state</c>) and <c>LogicalName</c>.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    /// <inheritdoc />
    public void Cancel() => _process.Cancel();

    /// <inheritdoc />
    public override bool Execute()
    {
        var toolLog = new ToolLog(Log);
        try
        {
            return Execute(toolLog);
        }
        catch (Exception e) when (FileFailure.Is(e))
        {
            // Free space and permissions are the user's to put right: no MSB4018 with a stack.
            var message = BuildContract.FolderProblem(e.Message);
            toolLog.Diagnostic(new ToolDiagnostic(ToolDiagnostic.Error, BuildContract.CannotUseFolder, OutputDirectory, 0, 0, message));
            return false;
        }
    }

    private bool Execute(ToolLog toolLog)
    {
        var statePath = Path.Combine(OutputDirectory, BuildContract.StateFile);
        var request = Request();
        var state = BuildState.Read(statePath);
        if (UpToDateCheck.ReasonToRun(request, state) is { } reason)
        {
            Log.LogMessage(MessageImportance.Normal, "Starting modelopt: {0}.", reason);
            state = RunTool(request, toolLog) ? BuildState.Read(statePath) : null;
            if (state is not { Succeeded: true } && !toolLog.SawError && !_process.IsCancelled)
            {
                toolLog.Error(
                    BuildErrors.NoState,
                    $"modelopt ended without an error, but {statePath} does not hold its result. Delete the folder and build again; if that does not help, "
                        + "report it."
                );
            }
        }
        else
        {
            Log.LogMessage(MessageImportance.Normal, "modelopt is up to date.");
            Repeat(state!, toolLog);
        }

        if (state is { Succeeded: true })
        {
            ResourceSize.Check(state, toolLog);
            Files = OutputItems.FilesOf(state, statePath);
        }

        return !Log.HasLoggedErrors && !_process.IsCancelled;
    }

    private static void Repeat(BuildState state, ToolLog toolLog)
    {
        foreach (var diagnostic in state.Diagnostics)
        {
            toolLog.Diagnostic(diagnostic);
        }
    }

    internal BuildRequest Request() => new()
    {
        // A project may name the default manifest too.
        Manifests = [.. Manifests.Select(manifest => manifest.GetMetadata("FullPath")).Distinct()],
        OutputDirectory = OutputDirectory,
        CacheDirectory = Absolute(CacheDirectory),
        Device = Device,
        Severity = Severity,
        Verify = Verify,
        Enabled = Enabled,
        RootNamespace = RootNamespace,
        Language = Language,
        TargetFrameworks = TargetFrameworks,
        Libraries = string.Join("|", Environment().Values),
        ToolVersion = ToolFingerprint.Of(ToolPath),
    };

    private string Absolute(string folder) => folder.Length == 0 ? "" : Path.GetFullPath(Path.Combine(ProjectDirectory, folder));

    private bool RunTool(BuildRequest request, ToolLog toolLog)
    {
        if (!File.Exists(ToolPath))
        {
            toolLog.Error(
                BuildErrors.CannotStart,
                $"The tool was expected at {ToolPath} and is not there. Restore the package again; a project that sets ModelOptimizerToolPath must build the "
                    + "tool first."
            );
            return false;
        }

        Directory.CreateDirectory(OutputDirectory);

        var process = Process.GetCurrentProcess().Id.ToString(CultureInfo.InvariantCulture);
        var requestPath = Path.Combine(OutputDirectory, BuildContract.RequestFiles.Replace("*", process));
        File.WriteAllText(requestPath, BuildJson.Write(request));
        try
        {
            return Run(requestPath, toolLog);
        }
        finally
        {
            TryDelete(requestPath);
        }
    }

    // The tool deletes what it finds of requests that are nobody's any more.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (FileFailure.Is(e))
        {
        }
    }

    // The tool on the command line reads the same variables.
    private Dictionary<string, string> Environment() => new()
    {
        ["ModelOptimizerRuntimeDirectory"] = Absolute(RuntimeDirectory),
        ["ModelOptimizerPlugins"] = Joined(Plugins),
        ["ModelOptimizerTorchSharpDirectory"] = Joined(TorchSharpDirectories),
    };

    private string Joined(string[] paths) => string.Join(Path.PathSeparator.ToString(), paths.Select(Absolute));

    private bool Run(string requestPath, ToolLog toolLog)
    {
        var host = DotNetHost.Length == 0 ? "dotnet" : DotNetHost;
        int exitCode;
        try
        {
            exitCode = _process.Run(
                host,
                CommandLine.Join(ToolPath, BuildContract.Command, BuildContract.RequestOption, requestPath),
                ProjectDirectory,
                Environment(),
                toolLog.Line
            );
        }
        catch (Win32Exception e)
        {
            toolLog.Error(
                BuildErrors.CannotStart,
                $"'{host}', which runs the tool, could not be started: {e.Message}. Put dotnet on the PATH or set DOTNET_HOST_PATH to it."
            );
            return false;
        }

        var errors = _process.ErrorTail;
        Log.LogMessage(MessageImportance.Low, "{0}", errors);
        if (exitCode != 0 && !toolLog.SawError && !_process.IsCancelled)
        {
            var (code, message) = ToolFailure.Explain(exitCode, errors);
            toolLog.Error(code, message);
        }

        return exitCode == 0;
    }
}

/// <summary>Which exceptions are about files: whatever else there is, is a mistake of ours.</summary>
internal static class FileFailure
{
    // Where MSBuild runs on .NET Framework, paths with characters that Windows does not have are arguments, or not supported.
    public static bool Is(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or SecurityException or ArgumentException or NotSupportedException;
}
