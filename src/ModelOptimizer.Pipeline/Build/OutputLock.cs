using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>One build at a time may write to an output folder: two configurations of a project, or the IDE and a command line, share it.</summary>
internal sealed class OutputLock : IDisposable
{
    // Windows: sharing violation and lock violation; Linux and macOS: EWOULDBLOCK. A full disk or a lost share must not look like another build.
    private static readonly int[] Held = [unchecked((int)0x80070020), unchecked((int)0x80070021), 11, 35];
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _stream;
    private readonly string _owner;

    private OutputLock(FileStream stream, string owner)
    {
        _stream = stream;
        _owner = owner;
    }

    /// <summary>Waits for the folder.</summary>
    /// <exception cref="DiagnosticException">It did not become free (MOC5112), or cannot be written (MOC5113).</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public static OutputLock Acquire(string outputDirectory, IBuildLog log, LockPatience patience, CancellationToken cancellation)
    {
        var path = Path.Combine(outputDirectory, "build.lock");
        var owner = path + ".owner";
        var waited = Stopwatch.StartNew();
        var said = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } stream)
            {
                File.WriteAllText(owner, $"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
                return new OutputLock(stream, owner);
            }

            if (waited.Elapsed > patience.GiveUpAfter)
            {
                throw new DiagnosticException(
                    BuildCodes.LockTimeout,
                    $"Waited {waited.Elapsed.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} minutes for {Holder(owner)}, which is writing to '{outputDirectory}'. Let that build finish, or end it, and build again.",
                    new SourcePosition(path));
            }

            if (!said && waited.Elapsed > patience.SpeakAfter)
            {
                said = true;
                log.Headline($"Waiting for {Holder(owner)}, which is writing to '{outputDirectory}'.");
            }

            cancellation.WaitHandle.WaitOne(Poll);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(_owner);
        _stream.Dispose();
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (Held.Contains(exception.HResult))
        {
            return null;
        }
    }

    private static string Holder(string owner)
    {
        try
        {
            return "another build of this project (" + File.ReadAllText(owner) + ")";
        }
        catch (IOException)
        {
            return "another build of this project";
        }
    }
}
