namespace ModelOptimizer.Methods.Options;

/// <summary>Paths as the manifest means them: relative to itself.</summary>
internal sealed class ManifestPaths(string directory, bool mustExist)
{
    /// <summary>For values that name no file, such as defaults.</summary>
    public static ManifestPaths None { get; } = new("", mustExist: false);

    /// <summary>The manifest's folder, absolute.</summary>
    public string Directory => directory;

    /// <summary>The absolute path of a file that may not exist yet.</summary>
    public string Resolve(Node node, string what)
    {
        var text = node.AsText(what);
        try
        {
            return Path.GetFullPath(text, directory);
        }
        catch (ArgumentException exception)
        {
            throw new DiagnosticException(KeyCodes.BadValue, $"'{what}' is not a path: {exception.Message}", node.Position, exception);
        }
    }

    /// <summary>The absolute path of a file that is going to be written.</summary>
    public string ToWrite(Node node, string what)
    {
        var path = Resolve(node, what);
        return !Path.EndsInDirectorySeparator(path) && !System.IO.Directory.Exists(path)
            ? path
            : throw new DiagnosticException(
                KeyCodes.BadValue,
                $"'{what}' must be a file, and '{node.AsText(what)}' is a folder: name a file in it.",
                node.Position);
    }

    /// <summary>The absolute path of a file that must be there.</summary>
    public string Existing(Node node, string what)
    {
        var path = Resolve(node, what);
        return File.Exists(path) || !mustExist
            ? path
            : throw new DiagnosticException(
                KeyCodes.FileNotFound,
                $"The file of '{what}' does not exist: '{node.AsText(what)}' means {path}. Paths are relative to the manifest."
                    + NearPath.Hint(path),
                node.Position);
    }

    /// <summary>The absolute path of a folder that must be there.</summary>
    public string ExistingFolder(Node node, string what)
    {
        var path = Path.TrimEndingDirectorySeparator(Resolve(node, what));
        return System.IO.Directory.Exists(path) || !mustExist
            ? path
            : throw new DiagnosticException(
                KeyCodes.FileNotFound,
                $"The file or folder of '{what}' does not exist: '{node.AsText(what)}' means {path}. Paths are relative to the manifest."
                    + NearPath.Hint(path),
                node.Position);
    }

    /// <summary>A path in a form that is the same in every checkout and on every system.</summary>
    public string Canonical(string path) => Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/');
}
