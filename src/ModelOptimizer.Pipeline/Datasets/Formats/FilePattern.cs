namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>
/// Names the files of a folder that belong to one array: <c>*.npy</c>, or <c>*.npz/NAME</c> for an array in each archive. What the star stands for names the
/// sample.
/// </summary>
/// <param name="Prefix">Before the star.</param>
/// <param name="Suffix">After it.</param>
/// <param name="Array">The array's name in an archive.</param>
internal sealed record FilePattern(string Prefix, string Suffix, string? Array)
{
    private const string Archive = ".npz";

    /// <summary>The file names alone.</summary>
    public string Files => $"{Prefix}*{Suffix}";

    /// <summary>Reads a pattern; null when it is none.</summary>
    public static FilePattern? Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var files = slash < 0 ? text : text[..slash];
        var array = slash < 0 ? null : text[(slash + 1)..];
        var isArchive = files.EndsWith(Archive, StringComparison.OrdinalIgnoreCase);
        return files.Split('*') is [var prefix, { Length: > 0 } suffix] && isArchive == array?.Length > 0 && files.IndexOf('\\', StringComparison.Ordinal) < 0
            ? new FilePattern(prefix, suffix, array)
            : null;
    }

    /// <summary>What the star stands for in <paramref name="file"/>; null when it does not match. Upper and lower case differ on every system.</summary>
    public string? Stem(string file) =>
        file.Length > Prefix.Length + Suffix.Length && file.StartsWith(Prefix, StringComparison.Ordinal) && file.EndsWith(Suffix, StringComparison.Ordinal)
            ? file[Prefix.Length..^Suffix.Length]
            : null;

    /// <summary>The file of a sample.</summary>
    public string File(string stem) => Prefix + stem + Suffix;
}
