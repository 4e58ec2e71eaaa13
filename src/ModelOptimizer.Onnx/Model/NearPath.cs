namespace ModelOptimizer.Onnx;

/// <summary>What a path that leads nowhere probably should be: manifests travel between Windows and Linux.</summary>
internal static class NearPath
{
    /// <summary>A sentence with the path that is there, with a leading space; empty when none is near.</summary>
    public static string Hint(string path) => Near(path) is { } near ? $" Did you mean '{near}'?" : "";

    private static string? Near(string path)
    {
        var current = Path.GetPathRoot(path) ?? "";
        foreach (var part in path[current.Length..].Split('/', '\\'))
        {
            var next = Path.Combine(current, part);
            if (!Exists(next))
            {
                next = Entries(current).FirstOrDefault(entry => string.Equals(Path.GetFileName(entry), part, StringComparison.OrdinalIgnoreCase));
            }

            if (next is null)
            {
                return null;
            }

            current = next;
        }

        return current == path ? null : current;
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static IEnumerable<string> Entries(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
