using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>What the redesign counts, for the table in docs/architecture.md.</summary>
internal static class StructureTable
{
    public static int Run()
    {
        var tree = new SourceTree(Repository.Root);
        var lengths = tree.Files.Select(file => file.Lines.Length).Order().ToList();
        var (types, withOneUser) = tree.Types();
        Row("files in src", lengths.Count);
        Row("lines in src", lengths.Sum());
        Row("median lines of a file", lengths[lengths.Count / 2]);
        Row("files under 40 lines", Share(lengths.Count(length => length < 40), lengths.Count));
        Row("files over 300 lines", lengths.Count(length => length > 300));
        Row($"lines over {SourceTree.MostColumns} columns", tree.LongLines.Count());
        Row($"folders of more than {SourceTree.MostFiles} files", List(tree.CrowdedFolders));
        Row("types that one other file mentions", Share(withOneUser, types));
        Row("type names that exist twice", List(tree.DoubleNames));
        Row("sources in a project's root", List(tree.SourcesInRoots));
        foreach (var project in tree.Projects)
        {
            Row($"{project.Name}: dependencies of folders that are a part of a cycle", List(project.Cycles()));
        }

        return 0;
    }

    private static void Row(string what, object value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-80} {value}"));

    private static string Share(int part, int whole) => FormattableString.Invariant($"{part} ({100.0 * part / whole:0} %)");

    private static string List(IEnumerable<string> found) => string.Join("; ", found.Prepend($"{found.Count()}"));
}
