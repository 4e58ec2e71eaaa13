using System.Globalization;
using System.Text;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>
/// The tool's side of a build: runs the manifests unless the last build's state still answers, and leaves resources, accessors and <c>state.json</c>.
/// </summary>
/// <param name="request">What the task asks for.</param>
/// <param name="toolVersion">This tool's version; another one's state is no answer.</param>
/// <param name="log">Told everything.</param>
/// <param name="run">Runs one manifest.</param>
/// <param name="readManifest">Reads one manifest; throws <see cref="DiagnosticException"/>.</param>
/// <param name="patience">How long to wait for another build of this project.</param>
/// <param name="clock">The system's by default.</param>
internal sealed class BuildSession(
    BuildRequest request,
    string toolVersion,
    IBuildLog log,
    RunManifest run,
    Func<string, CompressionPlan> readManifest,
    LockPatience? patience = null,
    TimeProvider? clock = null)
{
    private readonly BuildStateFile _file = new(request.OutputDirectory);
    private readonly OutputFolder _folder = new(request);

    /// <summary>Builds.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; everything is as the last build left it.</exception>
    public int Run(CancellationToken cancellation)
    {
        try
        {
            Disk.Folder(request.OutputDirectory);
            using var held = OutputLock.Acquire(request.OutputDirectory, log, patience, cancellation);
            // After waiting: the build waited for may have done this one's work.
            var before = _file.Read();
            return StateCheck.Renew(before, request, toolVersion) is { } answer ? Replay(answer, before!) : Build(before, cancellation);
        }
        catch (DiagnosticException exception)
        {
            log.Diagnostic(exception.Diagnostic);
            return ExitCode.Of([exception.Diagnostic]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var message = BuildContract.FolderProblem(exception.Message);
            log.Diagnostic(new Diagnostic(BuildContract.CannotUseFolder, DiagnosticSeverity.Error, message, new SourcePosition(request.OutputDirectory)));
            return ExitCode.Environment;
        }
    }

    private int Replay(BuildState answer, BuildState before)
    {
        log.Detail("No input's content has changed since the last build.");
        if (!answer.Inputs.SequenceEqual(before.Inputs))
        {
            _file.Write(answer);
        }

        Array.ForEach(answer.Diagnostics, stored => log.Diagnostic(stored.Restore()));
        Array.ForEach(answer.Messages, log.Headline);
        return answer.ExitCode;
    }

    private int Build(BuildState? before, CancellationToken cancellation)
    {
        var runTime = new RunTime(clock ?? TimeProvider.System);
        if (CollisionsOfManifests() is { Count: > 0 } collisions)
        {
            collisions.ForEach(log.Diagnostic);
            return ExitCode.Of(collisions);
        }

        RecordingLog recording = new(log);
        _folder.ClearLeftovers();
        try
        {
            var production = request.Enabled
                ? new CompressedModels(request, run).Produce(recording, request.Verify ? request.OutputDirectory : _folder.Staging, cancellation)
                : new OriginalModels(request, readManifest).Produce(recording, _folder.Staging, cancellation);
            var exitCode = production.ExitCode;
            cancellation.ThrowIfCancellationRequested();
            // Nothing says that another failure would happen again (a missing file may appear, a device may be plugged in): the state of the
            // build before stays. It does not match what was asked for, or this tool would not have been started, so the next build tries again.
            if (!IsSureToHappenAgain(exitCode, recording))
            {
                return exitCode;
            }

            BuildOutput[] outputs = exitCode == ExitCode.Passed ? Accept(production, before, recording) : before?.Outputs ?? [];
            if (exitCode == ExitCode.Passed)
            {
                // Before the state says that all is done: a build that is ended here is gone through again.
                _folder.Forget(outputs, production.Models);
            }

            _file.Write(State(recording, exitCode, outputs, production.Inputs.Select(path => InputStamp.TakeAfter(path, runTime))));
            return exitCode;
        }
        finally
        {
            _folder.ClearStaging();
        }
    }

    private BuildOutput[] Accept(Production production, BuildState? before, IBuildLog recording)
    {
        if (before is not null)
        {
            // On the disk while outputs are replaced one after the other: it answers no request, so that the build after one that was killed in between looks
            // at every output again, and it still lists them.
            _file.Write(before with { Succeeded = false, ToolVersion = "", Request = before.Request with { ToolVersion = "" } });
        }

        return [.. _folder.Accept(production.Models, recording)];
    }

    private static bool IsSureToHappenAgain(int exitCode, RecordingLog recording) => exitCode == ExitCode.Passed
        || (exitCode == ExitCode.GateFailed && recording.Diagnostics.All(diagnostic => diagnostic.Code != GateCodes.CommandFailed));

    // What is wrong with one manifest is found, and told, when that runs.
    private List<Diagnostic> CollisionsOfManifests()
    {
        List<CompressionPlan> plans = [];
        foreach (var manifest in request.Manifests.Length > 1 ? request.Manifests : [])
        {
            try
            {
                plans.Add(readManifest(manifest));
            }
            catch (DiagnosticException)
            {
                continue;
            }
        }

        return [.. Collisions.Find(plans)];
    }

    private BuildState State(RecordingLog recording, int exitCode, BuildOutput[] outputs, IEnumerable<InputStamp> inputs) => new()
    {
        ToolVersion = toolVersion,
        Request = request,
        Succeeded = exitCode == ExitCode.Passed,
        ExitCode = exitCode,
        Inputs = [.. inputs],
        Outputs = outputs,
        Diagnostics = [.. recording.Diagnostics.Select(ToolDiagnostic.Of)],
        Messages = [.. recording.Headlines],
    };
}

/// <summary><c>state.json</c> in the output folder.</summary>
internal sealed class BuildStateFile(string outputDirectory)
{
    private readonly string _path = Path.Combine(outputDirectory, BuildContract.StateFile);

    /// <summary>The last build's state; null when there is none that this version understands.</summary>
    public BuildState? Read() => BuildState.Read(_path);

    /// <summary>Replaces the state in one step.</summary>
    public void Write(BuildState state) =>
        AtomicFile.Write(_path, stream => stream.Write(Encoding.ASCII.GetBytes(BuildJson.Write(state.WithPaths(FromHere), indented: true))));

    private string FromHere(string path) => Path.GetRelativePath(outputDirectory, path).Replace('\\', '/');
}

/// <summary>Passes everything on, each diagnostic once, and remembers what <c>state.json</c> keeps.</summary>
internal sealed class RecordingLog(IBuildLog inner) : IBuildLog
{
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly List<string> _headlines = [];

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    public IReadOnlyList<string> Headlines => _headlines;

    public void Headline(string text)
    {
        _headlines.Add(text);
        inner.Headline(text);
    }

    public void Detail(string text) => inner.Detail(text);

    public void Diagnostic(Diagnostic diagnostic)
    {
        if (!_diagnostics.Contains(diagnostic))
        {
            _diagnostics.Add(diagnostic);
            inner.Diagnostic(diagnostic);
        }
    }
}

/// <summary>Whether the last build's state answers a request.</summary>
internal static class StateCheck
{
    /// <summary>
    /// The state with time stamps as they are now; null when the request, a file's content or an output is not as it was, and for verify, which is asked for to
    /// measure again.
    /// </summary>
    public static BuildState? Renew(BuildState? state, BuildRequest request, string toolVersion)
    {
        if (state is null || request.Verify || state.ToolVersion != toolVersion || !state.Request.AsksTheSameAs(request))
        {
            return null;
        }

        if (state.Succeeded && !state.Outputs.All(output => output.IsThere()))
        {
            return null;
        }

        List<InputStamp> inputs = [];
        foreach (var stamp in state.Inputs)
        {
            if (stamp.Renewed() is not { } renewed)
            {
                return null;
            }

            inputs.Add(renewed);
        }

        return state with { Inputs = [.. inputs], Request = request };
    }
}

/// <summary>One build at a time may write to an output folder: two configurations of a project, or the IDE and a command line, share it.</summary>
internal static class OutputLock
{
    // An hour: the other build may be compressing a large model for the first time.
    private static readonly LockPatience Default = new(TimeSpan.FromSeconds(2), TimeSpan.FromHours(1));

    /// <summary>Waits for the folder.</summary>
    /// <exception cref="DiagnosticException">It did not become free (MOC5112).</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static FileLock Acquire(string outputDirectory, IBuildLog log, LockPatience? patience, CancellationToken cancellation)
    {
        var path = Path.Combine(outputDirectory, "build.lock");
        var until = patience ?? Default;
        try
        {
            return FileLock.Acquire(
                path,
                until,
                holder => log.Headline($"Waiting for another build of this project{holder}, which is writing to '{outputDirectory}'."),
                cancellation
            );
        }
        catch (TimeoutException exception)
        {
            var minutes = until.GiveUpAfter.TotalMinutes.ToString("0", CultureInfo.InvariantCulture);
            throw new DiagnosticException(
                BuildCodes.LockTimeout,
                $"Waited {minutes} minutes for another build of this project{exception.Message}, which is writing to '{outputDirectory}'. Let that build "
                    + "finish, or end it, and build again.",
                new SourcePosition(path),
                exception);
        }
    }
}
