using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tool.Output;

/// <summary>Paths as people would type them.</summary>
internal static class ShortPath
{
    /// <summary><paramref name="path"/> from <paramref name="directory"/>, where that is shorter.</summary>
    public static string From(string directory, string path)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            return path;
        }

        var relative = Path.GetRelativePath(directory, path);
        return relative.Length < path.Length ? relative : path;
    }

    /// <summary>The same diagnostic at a short path.</summary>
    public static Diagnostic In(string directory, Diagnostic diagnostic) => diagnostic.Position is { } position
        ? diagnostic with { Position = position with { File = From(directory, position.File) } }
        : diagnostic;
}
