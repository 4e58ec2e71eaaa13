using System.Text;

namespace ModelOptimizer.Onnx;

/// <summary>What is about to happen to a file or folder. At <see cref="Written"/> a new file's content is all there, and nobody has relied on it yet.</summary>
internal enum DiskAct
{
    Read,
    Folder,
    Create,
    Written,
    Move,
    Delete,
    Stamp,
}

/// <summary>
/// The one way to the disk: every file that is opened and every change that is made. A test can watch it, and answer in its place that the disk is full.
/// What ONNX Runtime opens by itself is not seen.
/// </summary>
internal static class Disk
{
    private static readonly AsyncLocal<Action<DiskAct, string>?> Watcher = new();

    /// <summary>Tells <paramref name="watcher"/> of all that the caller, and what it starts, does to the disk. What it throws is the disk's answer.</summary>
    /// <returns>What ends it.</returns>
    public static IDisposable Watch(Action<DiskAct, string> watcher)
    {
        Watcher.Value = watcher;
        return new Watched();
    }

    public static FileStream OpenRead(string path) => Told(DiskAct.Read, path, File.OpenRead);

    public static FileStream OpenRead(string path, FileStreamOptions options) => Told(DiskAct.Read, path, file => new FileStream(file, options));

    public static byte[] ReadAllBytes(string path) => Told(DiskAct.Read, path, File.ReadAllBytes);

    public static string ReadAllText(string path) => Told(DiskAct.Read, path, File.ReadAllText);

    public static string ReadAllText(string path, Encoding encoding) => Told(DiskAct.Read, path, file => File.ReadAllText(file, encoding));

    /// <summary>Makes or replaces a file that <paramref name="write"/> fills, and flushes it to the disk.</summary>
    public static void Create(string path, Action<Stream> write)
    {
        Tell(DiskAct.Create, path);
        using (var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        Tell(DiskAct.Written, path);
    }

    /// <summary>Makes or replaces a file.</summary>
    public static void Create(string path, byte[] content)
    {
        Tell(DiskAct.Create, path);
        File.WriteAllBytes(path, content);
        Tell(DiskAct.Written, path);
    }

    /// <summary>Opens a file for reading and writing.</summary>
    public static FileStream Open(string path, FileStreamOptions options) => Told(DiskAct.Create, path, file => new FileStream(file, options));

    public static void Folder(string path) => Told(DiskAct.Folder, path, Directory.CreateDirectory);

    /// <summary>A new folder that nobody else may look into.</summary>
    public static DirectoryInfo PrivateFolder(string path) => Told(DiskAct.Folder, path, folder => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(folder)
        : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));

    public static void Move(string from, string to)
    {
        Tell(DiskAct.Move, to);
        File.Move(from, to, overwrite: true);
    }

    public static void MoveFolder(string from, string to)
    {
        Tell(DiskAct.Move, to);
        Directory.Move(from, to);
    }

    public static void Delete(string path)
    {
        Tell(DiskAct.Delete, path);
        File.Delete(path);
    }

    /// <summary>Deletes a folder; one with something in it only if <paramref name="recursive"/>.</summary>
    public static void DeleteFolder(string path, bool recursive = false)
    {
        Tell(DiskAct.Delete, path);
        Directory.Delete(path, recursive);
    }

    /// <summary>Sets a file's time to now.</summary>
    public static void Touch(string path)
    {
        Tell(DiskAct.Stamp, path);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
    }

    private static T Told<T>(DiskAct act, string path, Func<string, T> use)
    {
        Tell(act, path);
        return use(path);
    }

    private static void Tell(DiskAct act, string path) => Watcher.Value?.Invoke(act, path);

    private sealed class Watched : IDisposable
    {
        public void Dispose() => Watcher.Value = null;
    }
}
