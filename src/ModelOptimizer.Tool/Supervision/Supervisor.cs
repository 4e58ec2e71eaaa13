using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using ModelOptimizer.Build;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Supervision;

/// <summary>
/// Has a command done by another process and watches it: native code may end its process, never return or take all memory, and nothing in that process could
/// then say which model it was.
/// </summary>
internal sealed class Supervisor : IDisposable
{
    // How often the child is looked at, in milliseconds: a thread can fill a few hundred megabytes in that time. Short commands end before the first look,
    // and all that looking needs is not loaded for them.
    private const int FirstLook = 500;
    private const int Interval = 100;

    // A machine may sleep, and a process may be stopped, between two looks.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    // How long a call may go on after the command was cancelled, and a process after its work.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly string[] Commands = ["layers", "blocks", "compress", "verify", "init", "doctor", BuildContract.Command];

    private readonly Dictionary<long, CallUnderWay> _calls = [];
    private readonly string[] _arguments;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"modelopt-{Path.GetRandomFileName()}");
    private readonly Process _process;
    private CallMarker? _marker;
    private long _memory;
    private TimeSpan _sinceCancelled;
    private TimeSpan _sinceFinished;
    private Overrun? _overrun;
    private volatile bool _cancelled;

    private Supervisor(string[] arguments)
    {
        _arguments = arguments;
        _process = new Process { StartInfo = StartInfo(_folder, arguments) };
    }

    /// <summary>Whether a command line's command runs native code.</summary>
    public static bool Watches(string[] arguments) => arguments is [var command, ..] && Commands.Contains(command);

    /// <summary>Runs a command in a process of its own and answers the exit code.</summary>
    public static int Run(string[] arguments)
    {
        using var supervisor = new Supervisor(arguments);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, supervisor.Signalled);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, supervisor.Signalled);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, supervisor.Signalled);
        try
        {
            supervisor._process.Start();
        }
        catch (Win32Exception exception)
        {
            return supervisor.Report(new DiagnosticException(
                ToolCodes.WorkEnded,
                $"The process that does the work could not be started: {exception.Message}.",
                inner: exception));
        }

        return supervisor.Watch();
    }

    /// <summary>Removes a folder with all that is in it; what cannot be removed stays for the system's own clean-up.</summary>
    public static void Remove(string folder)
    {
        try
        {
            Disk.DeleteFolder(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was never made, or a scanner holds a file.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _marker?.Dispose();
        _process.Dispose();
        Remove(_folder);
    }

    private static ProcessStartInfo StartInfo(string folder, string[] arguments)
    {
        var host = Environment.ProcessPath!;
        string[] tool = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [typeof(Supervisor).Assembly.Location]
            : [];
        // The child shares the terminal. Its input is for orders; no command reads any.
        var start = new ProcessStartInfo(host, [.. tool, Worker.Argument, folder, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var (name, value) in NativeHeap.Variables.Where(variable => !start.Environment.ContainsKey(variable.Key)))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private int Report(Exception failure)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        if (!Console.IsOutputRedirected && !Console.IsErrorRedirected)
        {
            // Moving bars hide the cursor, and leave it behind them.
            Console.CursorVisible = true;
            Console.Error.Write('\r');
        }

        var terminal = Terminal.OfProcess();
        return _arguments[0] == BuildContract.Command
            ? Guard.Run(terminal, () => throw failure, new JsonLineLog(terminal.Out).Diagnostic)
            : Guard.Run(terminal, _arguments[0], _arguments.Contains("--json"), () => throw failure);
    }

    private int Watch()
    {
        if (_cancelled)
        {
            Cancel();
        }

        if (_arguments[0] == BuildContract.Command && Console.IsInputRedirected)
        {
            // A killed build cannot end its tool any more, but its end of the pipe closes.
            new Thread(CancelAtEndOfInput) { IsBackground = true, Name = "build watch" }.Start();
        }

        var last = Stopwatch.GetTimestamp();
        for (var wait = FirstLook; !_process.WaitForExit(wait); wait = Interval)
        {
            var now = Stopwatch.GetTimestamp();
            var passed = Stopwatch.GetElapsedTime(last, now);
            last = now;
            if (!Goes(passed < LongestInterval ? passed : LongestInterval))
            {
                End();
            }
        }

        _marker ??= CallMarker.Open(Path.Combine(_folder, Worker.MarkerFile));
        if (_marker?.ExitCode is { } exitCode)
        {
            return exitCode;
        }

        // Without a marker the exit code is all there is; with one, a library that calls exit(0) in the middle has not passed.
        if (_marker is null && _overrun is null && _process.ExitCode is (>= ExitCode.Passed and <= ExitCode.Internal) or ExitCode.Cancelled)
        {
            return _process.ExitCode;
        }

        return Report(_overrun is null && _cancelled
            ? new OperationCanceledException()
            : new DiagnosticException(Death.Of(_process.ExitCode, _overrun, _marker?.Calls())));
    }

    /// <summary>Whether the child may go on.</summary>
    private bool Goes(TimeSpan passed)
    {
        _marker ??= CallMarker.Open(Path.Combine(_folder, Worker.MarkerFile));
        if (_marker is null)
        {
            return true;
        }

        if (_marker.ExitCode is not null)
        {
            // Native code may not come to its end while the process does.
            _sinceFinished += passed;
            return _sinceFinished < Patience;
        }

        _sinceCancelled += _cancelled ? passed : TimeSpan.Zero;
        var before = _memory;
        _memory = Memory();
        var underWay = _marker.Calls().Where(call => call.IsUnderWay).ToList();
        foreach (var number in _calls.Keys.Except(underWay.Select(call => call.Number)).ToList())
        {
            _calls.Remove(number);
        }

        foreach (var call in underWay)
        {
            var seen = _calls.TryGetValue(call.Number, out var known) ? known with { Time = known.Time + passed } : new CallUnderWay(TimeSpan.Zero, before);
            _calls[call.Number] = seen;
            if (_sinceCancelled > Patience && seen.Time > Patience)
            {
                return false;
            }

            var overTime = call.Seconds > 0 && seen.Time.TotalSeconds > call.Seconds;
            if (overTime || (call.Bytes > 0 && _memory - seen.MemoryBefore > call.Bytes))
            {
                _overrun = new Overrun(call, overTime, _memory - seen.MemoryBefore);
                return false;
            }
        }

        return true;
    }

    private long Memory()
    {
        try
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It ended in the meantime.
            return _memory;
        }
    }

    // The second signal ends the process: somebody means it.
    private void Signalled(PosixSignalContext context)
    {
        context.Cancel = !_cancelled;
        if (_cancelled)
        {
            End();
            Remove(_folder);
        }

        Cancel();
    }

    private void CancelAtEndOfInput()
    {
        using var build = Console.OpenStandardInput();
        var ignored = new byte[256];
        while (build.Read(ignored) > 0)
        {
            // The task never writes; whatever a shell sends is not for us.
        }

        Cancel();
    }

    private void Cancel()
    {
        _cancelled = true;
        try
        {
            _process.StandardInput.BaseStream.WriteByte(0);
            _process.StandardInput.BaseStream.Flush();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // It ended by itself in the meantime, or has not begun.
        }
    }

    private void End()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    private readonly record struct CallUnderWay(TimeSpan Time, long MemoryBefore);
}

/// <summary>A call that took more than it may.</summary>
/// <param name="Call">The call.</param>
/// <param name="IsTime">Whether it was time; else memory.</param>
/// <param name="Memory">By how many bytes the process grew in the call.</param>
internal sealed record Overrun(NativeCall Call, bool IsTime, long Memory);
