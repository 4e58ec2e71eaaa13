using System.Globalization;
using ModelOptimizer.Pipeline.Files;

namespace ModelOptimizer.Pipeline.Build;

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
