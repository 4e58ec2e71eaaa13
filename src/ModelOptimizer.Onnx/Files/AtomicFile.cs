using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Onnx;

/// <summary>Writes a file whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, flushes it to disk and renames it.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        // Machine and process keep two builds that write one output apart; the rename decides.
        var temporary = $"{path}.{Environment.MachineName}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        DeleteLeft(path);
        try
        {
            Disk.Create(temporary, write);
            Disk.Move(temporary, path);
        }
        catch
        {
            // A disk that cannot delete either must not hide what went wrong first.
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Whether no process of this machine has this number any more.</summary>
    public static bool IsGone(int process)
    {
        try
        {
            Process.GetProcessById(process).Dispose();
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            Disk.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way.
        }
    }

    // What a run that was killed left of the same file.
    private static void DeleteLeft(string path)
    {
        var start = $"{Path.GetFileName(path)}.{Environment.MachineName}.";
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, start + "*.tmp"))
        {
            // Containers may share a name and a folder, and not know each other's processes. A time to come is one of a clock that was set back.
            var isOld = (DateTime.UtcNow - File.GetLastWriteTimeUtc(file)).Duration() > TimeSpan.FromMinutes(1);
            if (int.TryParse(Path.GetFileName(file)[start.Length..].Split('.')[0], CultureInfo.InvariantCulture, out var process) && isOld && IsGone(process))
            {
                TryDelete(file);
            }
        }
    }
}
