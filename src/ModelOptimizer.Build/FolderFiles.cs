namespace ModelOptimizer.Build;

/// <summary>
/// What of a folder counts as data: the files in it and in its sub-folders, no deeper, in ordinal order. Names that start with a dot belong to tools.
/// The tool compiles this file too, so that both sides see the same folder.
/// </summary>
internal static class FolderFiles
{
    /// <summary>The sub-folders' names.</summary>
    public static IEnumerable<string> Folders(string folder) => Data(Directory.GetDirectories(folder).Select(Path.GetFileName)!);

    /// <summary>The files' names.</summary>
    public static IEnumerable<string> Files(string folder) => Data(Directory.GetFiles(folder).Select(Path.GetFileName)!);

    /// <summary>All files, from the folder, with <c>/</c> between the parts.</summary>
    public static IEnumerable<string> Below(string folder) =>
        Files(folder).Concat(Folders(folder).SelectMany(name => Files(Path.Combine(folder, name)).Select(file => $"{name}/{file}")));

    private static IOrderedEnumerable<string> Data(IEnumerable<string> names) =>
        names.Where(name => name[0] != '.').OrderBy(name => name, StringComparer.Ordinal);
}
