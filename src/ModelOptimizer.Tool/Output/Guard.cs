using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Tool.Output;

/// <summary>Turns everything that can end a command into one message and an exit code.</summary>
internal static class Guard
{
    /// <summary>Runs a command whose errors go to the error stream and, with <paramref name="json"/>, into a document.</summary>
    public static int Run(Terminal terminal, string command, bool json, Func<int> action) =>
        Run(terminal, action, diagnostic => Fail(terminal, command, json, diagnostic));

    /// <summary>Runs a command that reports its errors with <paramref name="report"/>.</summary>
    public static int Run(Terminal terminal, Func<int> action, Action<Diagnostic> report)
    {
        try
        {
            return action();
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine("Cancelled. Files are as they were before.");
            return ExitCode.Cancelled;
        }
#pragma warning disable CA1031 // The last resort of the process: whatever it is, it must be one readable message.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var diagnostic = Failure.Of(exception);
            report(diagnostic);
            return ExitCode.Of([diagnostic]);
        }
    }

    private static void Fail(Terminal terminal, string command, bool json, Diagnostic diagnostic)
    {
        new DiagnosticPrinter(terminal).Print(diagnostic);
        try
        {
            if (json)
            {
                terminal.Out.WriteLine(JsonReports.Failure(command, ExitCode.Of([diagnostic]), [diagnostic]));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The stream of results is most likely what the diagnostic is about; the exit code says it too.
        }
    }
}
