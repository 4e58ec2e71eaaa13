// What the redesign counts, before and after: dotnet run eng/Targets.cs [<repository>]
//
// It reads text, not symbols: a type is a declaration at the start of a line, and a mention is its name where its namespace is visible, outside comments and
// strings. So it finds a few mentions too many, and is the same on every machine that has the SDK.
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

var root = args.Length > 0 ? args[0] : Path.GetDirectoryName(Path.GetDirectoryName(Here()))!;
var projects = Directory.GetDirectories(Path.Combine(root, "src")).Order(StringComparer.Ordinal).Select(folder => Project.Read(folder)).Where(project => project.Files.Count > 0).ToList();
var files = projects.SelectMany(project => project.Files).ToList();
var lengths = files.Select(file => file.Lines.Length).Order().ToList();

Row("files in src", files.Count);
Row("lines in src", lengths.Sum());
Row("median lines of a file", lengths[lengths.Count / 2]);
Row("share of files under 40 lines", Share(lengths.Count(length => length < 40), lengths.Count));
Row("files under 15 lines", lengths.Count(length => length < 15));
Row("files over 300 lines", lengths.Count(length => length > 300));
Row("lines over 160 columns", files.Sum(file => file.Lines.Count(line => line.Length > 160)));
var crowded = files.GroupBy(file => Path.GetDirectoryName(file.Path)!).Where(group => group.Count() > 25).Select(group => $"{Path.GetRelativePath(root, group.Key)} ({group.Count()})").ToList();
Row("folders of more than 25 files", crowded.Count, string.Join(", ", crowded));
var types = files.SelectMany(file => file.Types.Select(type => (Type: type, file))).ToList();
var single = types.Where(declared => files.Count(other => other != declared.file && other.Words.Contains(declared.Type)) == 1).ToList();
Row("types", types.Count);
Row("types that one other file mentions", Share(single.Count, types.Count));
var doubles = types.Where(declared => !declared.file.IsPartial).GroupBy(declared => declared.Type).Where(group => group.Select(declared => declared.file).Distinct().Count() > 1).Select(group => group.Key).Order(StringComparer.Ordinal).ToList();
Row("type names that exist twice", doubles.Count, string.Join(", ", doubles));
foreach (var project in projects)
{
    foreach (var (level, name) in new[] { (1, "first-level folders"), (int.MaxValue, "folders of every level") })
    {
        var (cyclic, all) = project.Cycles(level);
        Row($"{project.Name}: {name} in a cycle", $"{cyclic.Count} of {all}", string.Join(", ", cyclic));
    }
}

static void Row(string what, object value, string detail = "") => Console.WriteLine($"{what,-76} {value}{(detail.Length == 0 ? "" : $"   {detail}")}");

static string Share(int part, int whole) => FormattableString.Invariant($"{part} ({100.0 * part / whole:0} %)");

static string Here([CallerFilePath] string path = "") => path;

internal sealed record SourceFile(string Path, string[] Lines, string Namespace, HashSet<string> Usings, List<string> Types, HashSet<string> Words, bool IsPartial)
{
    private static readonly Regex Declaration = new(@"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record struct|record|struct|interface|enum|delegate\s+[\w<>\[\]?., ]+?)\s+(?<name>[A-Z]\w*)", RegexOptions.Multiline);
    private static readonly Regex Hidden = new(@"//[^\n]*|/\*.*?\*/|@?""(?:[^""\\\n]|\\.)*""", RegexOptions.Singleline);
    private static readonly Regex Word = new(@"(?<![.\w])[A-Z]\w*\b(?!\s*=[^=>])");

    public static SourceFile Read(string path)
    {
        var text = File.ReadAllText(path);
        // An interpolated string mentions types too, but seldom any that the file does not mention elsewhere.
        var code = Hidden.Replace(text, " ");
        return new SourceFile(
            path,
            text.TrimEnd('\n').Split('\n'),
            Regex.Match(code, @"^namespace ([\w.]+)", RegexOptions.Multiline).Groups[1].Value,
            [.. Regex.Matches(code, @"^using (?:static )?([\w.]+)", RegexOptions.Multiline).Select(match => match.Groups[1].Value)],
            [.. Declaration.Matches(code).Select(match => match.Groups["name"].Value).Distinct()],
            [.. Word.Matches(code).Select(match => match.Value)],
            Regex.IsMatch(code, @"\bpartial (?:class|record|struct)"));
    }

    public bool Sees(SourceFile other, IReadOnlySet<string> everywhere) =>
        Namespace == other.Namespace || Namespace.StartsWith(other.Namespace + ".", StringComparison.Ordinal) || everywhere.Contains(other.Namespace)
        || Usings.Contains(other.Namespace) || other.Types.Any(type => Usings.Contains($"{other.Namespace}.{type}"));
}

internal sealed record Project(string Name, string Folder, List<SourceFile> Files, IReadOnlySet<string> Everywhere)
{
    public static Project Read(string folder)
    {
        var global = Directory.GetFiles(folder, "*.csproj").Append(Path.Combine(folder, "..", "Directory.Build.props"))
            .Where(File.Exists).SelectMany(file => Regex.Matches(File.ReadAllText(file), @"<Using Include=""([\w.]+)""").Select(match => match.Groups[1].Value));
        var separator = Path.DirectorySeparatorChar;
        var sources = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{separator}obj{separator}", StringComparison.Ordinal) && !path.Contains($"{separator}bin{separator}", StringComparison.Ordinal));
        return new Project(Path.GetFileName(folder), folder, [.. sources.Order(StringComparer.Ordinal).Select(SourceFile.Read)], global.ToHashSet());
    }

    /// <summary>The folders that reach themselves through another one; files beside the project file are a folder of their own.</summary>
    public (List<string> Cyclic, int All) Cycles(int level)
    {
        string FolderOf(SourceFile file) => string.Join('/', Path.GetRelativePath(Folder, Path.GetDirectoryName(file.Path)!).Replace('\\', '/').Split('/').Take(level));
        var edges = Files.GroupBy(FolderOf).ToDictionary(
            group => group.Key,
            group => Files.Where(other => FolderOf(other) != group.Key && group.Any(file => file.Sees(other, Everywhere) && other.Types.Exists(file.Words.Contains))).Select(FolderOf).ToHashSet());
        return ([.. edges.Keys.Where(folder => Reached(folder).Contains(folder)).Order(StringComparer.Ordinal)], edges.Count);

        HashSet<string> Reached(string start)
        {
            var seen = new HashSet<string>();
            var open = new Stack<string>(edges[start]);
            while (open.TryPop(out var next))
            {
                if (seen.Add(next))
                {
                    foreach (var further in edges[next])
                    {
                        open.Push(further);
                    }
                }
            }

            return seen;
        }
    }
}
