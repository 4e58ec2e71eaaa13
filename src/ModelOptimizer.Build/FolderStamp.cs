namespace ModelOptimizer.Build;

/// <summary>
/// A folder at a glance: one number for the names, lengths and times of all its files, so that one line of <c>state.json</c> notices any change among
/// fifty thousand samples. The time of a folder itself says nothing of a file that was written over. The tool compiles this file too.
/// </summary>
internal static class FolderStamp
{
    /// <summary>The number, and the latest time among the folder, its sub-folders and their files.</summary>
    public static (long Fingerprint, DateTime Newest) Of(string folder)
    {
        var newest = Directory.GetLastWriteTimeUtc(folder);
        var fingerprint = 14695981039346656037UL;
        foreach (var directory in FolderFiles.Folders(folder).Select(name => Path.Combine(folder, name)).Prepend(folder))
        {
            newest = Later(newest, Directory.GetLastWriteTimeUtc(directory));
            fingerprint = Mix(fingerprint, directory.Substring(folder.Length));
            foreach (var name in FolderFiles.Files(directory))
            {
                var file = new FileInfo(Path.Combine(directory, name));
                newest = Later(newest, file.LastWriteTimeUtc);
                fingerprint = Mix(Mix(Mix(fingerprint, name), (ulong)file.Length), (ulong)file.LastWriteTimeUtc.Ticks);
            }
        }

        // Above any time there can be: nobody takes one for the other.
        return ((long)(fingerprint >> 2) | (1L << 62), newest);
    }

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    private static ulong Mix(ulong hash, string text) => text.Aggregate(Mix(hash, (ulong)text.Length), (mixed, letter) => Mix(mixed, letter));

    // FNV-1a, a word at a time, with a rotation so that high bits reach low ones.
    private static ulong Mix(ulong hash, ulong value)
    {
        var mixed = unchecked((hash ^ value) * 1099511628211UL);
        return (mixed << 29) | (mixed >> 35);
    }
}
