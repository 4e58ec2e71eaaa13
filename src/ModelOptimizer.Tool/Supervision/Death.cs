using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Supervision;

/// <summary>Says why a process ended that did not say so itself.</summary>
internal static class Death
{
    // A process that a signal ended has this exit code and the signal's number, as in shells.
    private const int FirstSignal = 128;
    private const int Killed = FirstSignal + 9;
    private const int Terminated = FirstSignal + 15;

    /// <summary>One error.</summary>
    /// <param name="exitCode">How the process ended.</param>
    /// <param name="overrun">Why it was ended; null where it ended by itself.</param>
    /// <param name="calls">What native code was doing and did last; null where that could not be noted.</param>
    public static Diagnostic Of(int exitCode, Overrun? overrun, IEnumerable<NativeCall>? calls)
    {
        if (overrun is not null)
        {
            return Of(overrun);
        }

        if (calls is null)
        {
            return Error(
                ToolCodes.WorkEnded,
                $"The process that did the work ended by itself ({How(exitCode)}), and nothing is known of what it did: no file could be made in "
                    + $"'{Path.GetTempPath()}'. Free that folder, or name another in TMPDIR, and try again.",
                null);
        }

        var last = calls.OrderBy(call => call.IsUnderWay).ThenBy(call => call.Number).LastOrDefault();
        var fromOutside = exitCode is Killed or Terminated;
        if (fromOutside && !last.IsUnderWay)
        {
            return Error(
                ToolCodes.WorkEnded,
                $"The process that did the work was ended from outside ({How(exitCode)}). Systems do so where memory runs out: use a machine or a container "
                    + "with more, or fewer samples.",
                last.Model);
        }

        if (last.Number == 0)
        {
            return Error(
                RunCodes.Internal,
                $"The process that did the work ended by itself ({How(exitCode)}). This is a mistake in ModelOptimizer {ToolIdentity.Version}, not yours; "
                    + "please report it with what is printed above, and with the model or manifest if you may share it.",
                null);
        }

        if (!last.IsUnderWay && IsManaged(exitCode))
        {
            return Error(
                RunCodes.Internal,
                $"The process that did the work ended by itself ({How(exitCode)}) after ONNX Runtime had worked on this model. This is most likely a mistake "
                    + $"in ModelOptimizer {ToolIdentity.Version}, not yours; please report it with what is printed above, and with the model if you may "
                    + "share it.",
                last.Model);
        }

        if (last.Model is null)
        {
            return Error(
                ToolCodes.WorkEnded,
                $"ONNX Runtime ended the process ({How(exitCode)}) when it started, or with a small graph of ModelOptimizer's own. A device's driver or "
                    + "library does that: try 'device: cpu', or update it.",
                null);
        }

        var what = (last.IsUnderWay, last.Work) switch
        {
            (true, NativeWork.Load) => "while ONNX Runtime loaded this model",
            (true, _) => "while ONNX Runtime ran this model",
            (_, NativeWork.Load) => "after ONNX Runtime had loaded this model",
            _ => "after ONNX Runtime had run this model",
        };
        return Error(
            ToolCodes.ModelEndsRuntime,
            fromOutside
                ? $"The process was ended from outside ({How(exitCode)}) {what}. Systems do so where memory runs out: use a machine or a container with more, "
                    + "or fewer samples."
                : $"The process crashed ({How(exitCode)}) {what}. Check that the model runs in ONNX Runtime unchanged; if it does not, export it anew, or "
                    + "without the node that fails.",
            last.Model);
    }

    private static Diagnostic Of(Overrun overrun)
    {
        var call = overrun.Call;
        var what = call.Work == NativeWork.Load ? "loading" : "running";
        return Error(
            ToolCodes.ModelEndsRuntime,
            overrun.IsTime
                ? $"ONNX Runtime was still {what} this model after {call.Seconds} s and was ended. Look for a loop whose condition never becomes false; if the "
                    + $"model needs more time, write 'timeout' at the model in the manifest, or set {NativeCalls.TimeVariable} to more seconds."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"ONNX Runtime took {Gigabytes(overrun.Memory):0.0} GB of memory for {what} this model and was ended: a model and inputs of this size may "
                        + $"take {Gigabytes(call.Bytes):0.0} GB. Look for a node such as Expand, Tile or ConstantOfShape that makes a tensor far too "
                        + $"large; if the model needs that much, set {NativeCalls.MemoryVariable} to more GB."
                ),
            call.Model);
    }

    // What .NET ends a process with that has run out of stack, or whose exception nobody caught.
    private static bool IsManaged(int exitCode) => exitCode is FirstSignal + 6 or unchecked((int)0xE0434352) or unchecked((int)0xC00000FD);

    private static double Gigabytes(long bytes) => bytes / 1e9;

    private static Diagnostic Error(string code, string message, string? model) =>
        new(code, DiagnosticSeverity.Error, message, model is null ? null : new SourcePosition(model));

    private static string How(int exitCode) => exitCode switch
    {
        FirstSignal + 4 => "SIGILL",
        FirstSignal + 6 => "SIGABRT",
        FirstSignal + 8 => "SIGFPE",
        Killed => "SIGKILL",
        FirstSignal + 11 => "SIGSEGV",
        Terminated => "SIGTERM",
        > FirstSignal and < FirstSignal + 64 => $"signal {exitCode - FirstSignal}",
        _ => OperatingSystem.IsWindows() ? $"exit code 0x{exitCode:X8}" : $"exit code {exitCode}",
    };
}
