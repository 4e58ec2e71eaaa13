namespace ModelOptimizer.Pipeline.Build;

/// <summary>Files that are either what they were or what they should be.</summary>
internal static class AtomicFile
{
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var stream = File.Create(temporary))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>As <see cref="Write"/>, but leaves an equal file and its time stamp alone: the compiler looks at time stamps.</summary>
    public static void WriteDifferent(string path, ReadOnlySpan<byte> content)
    {
        if (!File.Exists(path) || !content.SequenceEqual(File.ReadAllBytes(path)))
        {
            Write(path, content);
        }
    }

    /// <summary>Puts a copy of <paramref name="source"/> at <paramref name="target"/> unless they are equal; <paramref name="sourceHash"/> is the source's SHA-256.</summary>
    public static void CopyDifferent(string source, string target, string sourceHash)
    {
        if (File.Exists(target) && new FileInfo(target).Length == new FileInfo(source).Length && InputStamp.Hash(target) == sourceHash)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = target + ".tmp";
        try
        {
            File.Copy(source, temporary, overwrite: true);

            // A copy keeps what it was copied from: a read-only flag, and a time stamp older than the last compilation.
            File.SetAttributes(temporary, FileAttributes.Normal);
            File.SetLastWriteTimeUtc(temporary, DateTime.UtcNow);
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
