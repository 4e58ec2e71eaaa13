namespace ModelOptimizer.Onnx.Files;

/// <summary>
/// Where external data may lie: in the model's folder or below. A model is data from elsewhere; it must not make a build read (and embed) other files of the machine.
/// </summary>
internal static class ExternalPath
{
    private const int DeepestLink = 40;

    /// <summary>The full path of <paramref name="location"/>.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">It leaves the model's folder, directly or through a link.</exception>
    public static string Resolve(string location, string modelPath, string tensor)
    {
        var folder = Path.GetDirectoryName(modelPath)!;
        var local = location.Replace('\\', '/');
        var absolute = local.StartsWith('/') || (local.Length > 1 && local[1] == ':');
        if (local.Length == 0 || local.Contains('\0') || absolute)
        {
            throw Outside(location, modelPath, tensor);
        }

        var path = Path.GetFullPath(Path.Combine(folder, local));
        if (!IsInside(path, folder) || !IsInside(FollowLinks(path), FollowLinks(folder)))
        {
            throw Outside(location, modelPath, tensor);
        }

        return path;
    }

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Links above the model's folder are the user's own and move both paths alike; a link below it was chosen by whoever made the model.
    private static string FollowLinks(string path, int depth = 0)
    {
        var current = Path.GetPathRoot(path)!;
        foreach (var part in path[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            current = Path.Combine(current, part);
            FileSystemInfo entry = Directory.Exists(current) ? new DirectoryInfo(current) : new FileInfo(current);
            if (entry.LinkTarget is { } target)
            {
                current = depth < DeepestLink
                    ? FollowLinks(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(current)!, target)), depth + 1)
                    : throw new IOException($"'{current}' is a link that leads nowhere");
            }
        }

        return current;
    }

    private static Diagnostics.DiagnosticException Outside(string location, string modelPath, string tensor) =>
        ModelReader.Error(ModelCodes.ExternalOutside, modelPath, $"the data of tensor '{tensor}' is said to be in '{location}', which is not below the model's folder. Data elsewhere is never read; copy it beside the model and correct the path.");
}
