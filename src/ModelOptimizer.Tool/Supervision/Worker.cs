using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tool.Commands;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Supervision;

/// <summary>The process that does a command's work: the child of a <see cref="Supervisor"/>, or the only one where a command runs no native code.</summary>
internal static class Worker
{
    /// <summary>The first argument of a child, before the folder that it shares with its supervisor.</summary>
    public const string Argument = "--supervised";

    /// <summary>The file in that folder that says what native code is doing.</summary>
    public const string MarkerFile = "calls";

    // What is left of a run after it is cancelled: the node that runs, and files that are put back.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>Runs a command and answers the process's exit code.</summary>
    /// <param name="folder">The folder that is shared with the supervisor, which removes it; null without one.</param>
    /// <param name="arguments">The command line.</param>
    public static int Run(string? folder, string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var cancel = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Signalled);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Signalled);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Signalled);
        if (folder is null)
        {
            return Work(arguments, cancel.Token);
        }

        // A thread that comes back from native code late still writes to it.
        var marker = Mark(folder);
        new Thread(() => Obey(folder, cancel)) { IsBackground = true, Name = "supervisor watch" }.Start();
        var exitCode = Work(arguments, cancel.Token);
        marker?.Finish(exitCode);
        return exitCode;

        // The second signal ends the process: somebody means it. A supervisor hears of the same signals, and says what to do.
        void Signalled(PosixSignalContext context)
        {
            context.Cancel = folder is not null || !cancel.IsCancellationRequested;
            if (folder is null)
            {
                cancel.Cancel();
            }
        }
    }

    private static int Work(string[] arguments, CancellationToken cancellation)
    {
        try
        {
            var terminal = Terminal.OfProcess();
            // Whatever a library prints must not get between results, and the build task reads this stream as JSON.
            Console.SetOut(Console.Error);
            return new Application(terminal, CompressionRunner.Run, MethodCatalogue.All).Invoke(arguments, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The current folder is gone, or nobody takes what is printed.
            new VisibleWriter(Console.Error, mayFail: true).WriteLine(Failure.Of(exception).ToString());
            return ExitCode.Environment;
        }
    }

    /// <summary>Makes the folder and the marker in it; null where there is no room for temporary files: then an error knows no model.</summary>
    private static CallMarker? Mark(string folder)
    {
        try
        {
            TemporaryFiles.MoveTo(folder);
            var marker = CallMarker.Create(Path.Combine(folder, MarkerFile));
            NativeCalls.Report(marker);
            return marker;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The supervisor writes a byte to cancel. A killed one cannot end its child, but its end of the pipe closes.
    private static void Obey(string folder, CancellationTokenSource cancel)
    {
        using var supervisor = Console.OpenStandardInput();
        var isThere = supervisor.ReadByte() >= 0;
        cancel.Cancel();
        while (isThere)
        {
            isThere = supervisor.ReadByte() >= 0;
        }

        // Native code may not return, and nobody is left to end it.
        Thread.Sleep(Rest);
        Supervisor.Remove(folder);
        Process.GetCurrentProcess().Kill();
    }
}
