using System.Text.RegularExpressions;

namespace ModelOptimizer.Testing;

/// <summary>
/// The sources of the projects in <c>src</c>, read as text: a type is a declaration at the start of a line, and a mention is its name where its namespace is
/// visible, outside comments and strings. So a few mentions too many are found, and the same ones on every machine.
/// </summary>
internal sealed class SourceTree
{
    public const int MostColumns = 160;
    public const int MostFiles = 25;

    private readonly string _root;

    public SourceTree(string root)
    {
        _root = root;
        Projects =
        [
            .. Directory
                .GetDirectories(Path.Combine(root, "src"))
                .Order(StringComparer.Ordinal)
                .Select(SourceProject.Read)
                .Where(project => project.Files.Count > 0),
        ];
    }

    public IReadOnlyList<SourceProject> Projects { get; }

    public IEnumerable<SourceFile> Files => Projects.SelectMany(project => project.Files);

    /// <summary>Lines of more than <see cref="MostColumns"/>, as file and number.</summary>
    public IEnumerable<string> LongLines =>
        from file in Files
        from line in file.Lines.Index()
        where line.Item.Length > MostColumns
        select $"{Relative(file.Path)}:{line.Index + 1}";

    /// <summary>Folders with more than <see cref="MostFiles"/> sources of their own.</summary>
    public IEnumerable<string> CrowdedFolders =>
        Files
            .GroupBy(file => Path.GetDirectoryName(file.Path)!)
            .Where(group => group.Count() > MostFiles)
            .Select(group => $"{Relative(group.Key)} ({group.Count()})");

    /// <summary>Sources beside a project file whose project has folders.</summary>
    public IEnumerable<string> SourcesInRoots =>
        Projects.Where(project => project.Files.Any(file => project.FolderOf(file).Length > 0))
            .SelectMany(project => project.Files.Where(file => project.FolderOf(file).Length == 0))
            .Select(file => Relative(file.Path));

    /// <summary>Names that two files declare; a type in parts is one.</summary>
    public IEnumerable<string> DoubleNames =>
        Files.Where(file => !file.IsPartial).SelectMany(file => file.Types).GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);

    /// <summary>How many types there are, and how many of them only one other file mentions.</summary>
    public (int All, int WithOneUser) Types()
    {
        var types = Files.SelectMany(file => file.Types.Select(type => (Type: type, File: file))).ToList();
        return (types.Count, types.Count(declared => Files.Count(other => other != declared.File && other.Words.Contains(declared.Type)) == 1));
    }

    private string Relative(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');
}

/// <summary>A source file.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Namespace">The namespace it declares.</param>
/// <param name="Usings">The namespaces it imports.</param>
/// <param name="Types">The top-level types it declares.</param>
/// <param name="Words">Every word with a capital that may be a type.</param>
/// <param name="IsPartial">Whether it has a part of a type.</param>
internal sealed partial record SourceFile(
    string Path,
    string[] Lines,
    string Namespace,
    IReadOnlySet<string> Usings,
    IReadOnlyList<string> Types,
    IReadOnlySet<string> Words,
    bool IsPartial
)
{
    public static SourceFile Read(string path)
    {
        var text = File.ReadAllText(path);
        // An interpolated string mentions types too, but seldom any that the file does not mention elsewhere.
        var code = Hidden().Replace(text, " ");
        return new SourceFile(
            path,
            text.TrimEnd('\n').Split('\n'),
            DeclaredNamespace().Match(code).Groups[1].Value,
            DeclaredUsing().Matches(code).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal),
            [.. DeclaredType().Matches(code).Select(match => match.Groups["name"].Value).Distinct()],
            Word().Matches(code).Select(match => match.Value).ToHashSet(StringComparer.Ordinal),
            Partial().IsMatch(code));
    }

    /// <summary>Whether names of <paramref name="other"/> need no namespace here.</summary>
    public bool Sees(SourceFile other, IReadOnlySet<string> everywhere) =>
        Namespace == other.Namespace
        || Namespace.StartsWith(other.Namespace + ".", StringComparison.Ordinal)
        || everywhere.Contains(other.Namespace)
        || Usings.Contains(other.Namespace)
        || other.Types.Any(type => Usings.Contains($"{other.Namespace}.{type}"));

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|@?""(?:[^""\\\n]|\\.)*""", RegexOptions.Singleline)]
    private static partial Regex Hidden();

    [GeneratedRegex(@"(?<![.\w])[A-Z]\w*\b(?!\s*=[^=>])")]
    private static partial Regex Word();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(@"^using (?:static )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredUsing();

    [GeneratedRegex(@"\bpartial (?:class|record|struct)")]
    private static partial Regex Partial();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record struct|record|struct|interface|enum|delegate\s+[\w<>\[\]?., ]+?)\s+(?<name>[A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex DeclaredType();
}

/// <summary>A project's sources.</summary>
/// <param name="Name">The project's name.</param>
/// <param name="Folder">Where it is.</param>
/// <param name="Files">Its sources, in ordinal order.</param>
/// <param name="Everywhere">The namespaces that all of them import.</param>
internal sealed partial record SourceProject(string Name, string Folder, IReadOnlyList<SourceFile> Files, IReadOnlySet<string> Everywhere)
{
    public static SourceProject Read(string folder)
    {
        var everywhere = Directory.GetFiles(folder, "*.csproj").Append(Path.Combine(folder, "..", "Directory.Build.props"))
            .SelectMany(file => GlobalUsing().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));
        return new SourceProject(
            Path.GetFileName(folder),
            folder,
            [.. Sources(folder).Order(StringComparer.Ordinal).Select(SourceFile.Read)],
            everywhere.ToHashSet(StringComparer.Ordinal)
        );
    }

    /// <summary>The folder right below the project's that a file is in or below; empty for the project's own.</summary>
    public string FolderOf(SourceFile file) => Path.GetRelativePath(Folder, file.Path).Replace('\\', '/').Split('/') is [var first, _, ..] ? first : "";

    /// <summary>The folders right below the project's that reach themselves through another one, each with a mention that leads there.</summary>
    public IReadOnlyList<string> Cycles()
    {
        var edges = (
            from file in Files
            from other in Files
            where FolderOf(file) != FolderOf(other) && file.Sees(other, Everywhere) && other.Types.Any(file.Words.Contains)
            select (From: FolderOf(file), To: FolderOf(other), Mention: $"{Path.GetFileName(file.Path)} mentions {other.Types.First(file.Words.Contains)}"))
            .DistinctBy(edge => (edge.From, edge.To))
            .ToList();
        var next = edges.ToLookup(edge => edge.From, edge => edge.To);
        return [.. edges.Where(edge => Reached(next, edge.To).Contains(edge.From)).Select(edge => $"{Name}: {edge.From} -> {edge.To} ({edge.Mention})")];
    }

    private static HashSet<string> Reached(ILookup<string, string> next, string start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { start };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var folder))
        {
            foreach (var further in next[folder].Where(seen.Add))
            {
                open.Push(further);
            }
        }

        return seen;
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory
            .GetFiles(folder, "*.cs")
            .Concat(Directory.GetDirectories(folder).Where(child => Path.GetFileName(child) is not ("bin" or "obj")).SelectMany(Sources));

    [GeneratedRegex(@"<Using Include=""([\w.]+)""")]
    private static partial Regex GlobalUsing();
}
