using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>What lies in the checkout.</summary>
internal static class RepositoryFiles
{
    /// <summary>The pages for people, with what is in them.</summary>
    public static IEnumerable<(string Path, string Text)> Pages =>
        Directory
            .EnumerateFiles(Repository.Root, "*.md")
            .Concat(
                new[] { "docs", "samples", "src", "eng", "templates" }.SelectMany(folder =>
                    Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)
                )
            )
            .Where(file => !IsMade(file))
            .Select(file => (file, File.ReadAllText(file).ReplaceLineEndings("\n")));

    /// <summary>Whether a file is the outcome of a build.</summary>
    public static bool IsMade(string file) =>
        Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Intersect(["obj", "bin", "node_modules"]).Any();
}
