namespace ModelOptimizer.Tool.Tests;

/// <summary>The repository that the tests run in.</summary>
internal static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>The pages for people, with what is in them.</summary>
    public static IEnumerable<(string Path, string Text)> Pages => Directory.EnumerateFiles(Root, "*.md")
        .Concat(new[] { "docs", "src", "eng", "templates" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)))
        .Where(file => !IsMade(file))
        .Select(file => (file, File.ReadAllText(file)));

    /// <summary>Whether a file is the outcome of a build.</summary>
    public static bool IsMade(string file) => Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Intersect(["obj", "bin", "node_modules"]).Any();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ModelOptimizer.Build.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside the repository");
        }

        return folder.FullName;
    }
}
