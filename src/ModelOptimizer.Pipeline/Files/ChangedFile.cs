using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Files;

/// <summary>Writes that leave an equal file and its time stamp alone: the compiler looks at time stamps.</summary>
internal static class ChangedFile
{
    /// <summary>Puts <paramref name="content"/> at <paramref name="path"/> unless it is there.</summary>
    public static void Write(string path, byte[] content)
    {
        if (!File.Exists(path) || !content.AsSpan().SequenceEqual(Disk.ReadAllBytes(path)))
        {
            Disk.Folder(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(content));
        }
    }

    /// <summary>
    /// Puts a copy of <paramref name="source"/> at <paramref name="target"/> unless they are equal; <paramref name="sourceHash"/> is the source's SHA-256.
    /// </summary>
    public static void Copy(string source, string target, string sourceHash)
    {
        if (File.Exists(target) && new FileInfo(target).Length == new FileInfo(source).Length && ContentHash.OfFile(target) == sourceHash)
        {
            return;
        }

        Disk.Folder(Path.GetDirectoryName(target)!);
        AtomicFile.Write(target, stream =>
        {
            using var from = Disk.OpenRead(source);
            from.CopyTo(stream);
        });
    }
}
