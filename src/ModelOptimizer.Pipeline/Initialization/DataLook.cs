using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Looks into a data file: which arrays there are, and which of them has the labels.</summary>
internal static class DataLook
{
    private static readonly string[] UsualNames = ["labels", "label", "targets", "target", "classes", "class", "y"];

    /// <summary>The arrays for inputs, and the labels if there are any.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labels">The labels as asked for; null to look for them.</param>
    /// <param name="directory">Where the path of a file with labels starts.</param>
    public static (IReadOnlyList<DataArray> Arrays, DataArray? Labels) Of(string path, string? labels, string directory)
    {
        try
        {
            var format = DataFormats.Of(path);
            return format.Naming switch
            {
                _ when !Path.Exists(path) => throw new DiagnosticException(DataCodes.Unreadable, $"There is no data file {path}. Check the path."),
                _ when Directory.Exists(path) => throw new DiagnosticException(
                    InitCodes.UnknownData,
                    $"{path} is a folder, and init looks into files only: .npz, .npy, IDX, .csv. Run it without --data and write the dataset by hand; "
                        + "docs/data.md shows how a folder is written."
                ),
                ArrayNaming.Name => Named(format, path, labels),
                ArrayNaming.Columns => Columns(format, path, labels),
                _ => Single(path, labels is null ? null : Path.GetFullPath(labels, directory)),
            };
        }
        catch (Exception exception) when (DataFailure.IsAboutTheFile(exception))
        {
            var (code, text) = DataFailure.Describe(exception, "while looking into it", path);
            throw new DiagnosticException(code, $"The data {path} cannot be read: {text}.", null, exception);
        }
    }

    private static (IReadOnlyList<DataArray> Arrays, DataArray? Labels) Named(DataFormat format, string path, string? labels)
    {
        var container = format.Open(Plan(path));
        var all = container.Names.Select(name => new DataArray(name, container.Input(name).Header)).ToList();
        var found = labels is null
            ? Usual(all.Where(array => array.IsWhole && array.IsSingle).ToList())
            : all.Find(array => array.Name == labels) ?? throw NoLabels(labels, path, [.. all.Select(array => array.Name)]);
        return ([.. all.Where(array => array != found)], found);
    }

    private static (IReadOnlyList<DataArray> Arrays, DataArray? Labels) Single(string path, string? file)
    {
        return file is null || File.Exists(file)
            ? ([Of(path)], file is null ? null : Of(file))
            : throw new DiagnosticException(
                InitCodes.Labels,
                $"There is no file {file} with labels. Beside a file of one array, --labels takes a file: --labels labels.npy."
            );

        static DataArray Of(string path) => new(path, new StreamArray(path, null).Header);
    }

    private static (IReadOnlyList<DataArray> Arrays, DataArray? Labels) Columns(DataFormat format, string path, string? labels)
    {
        var names = format.Open(Plan(path)).Names;
        var column = labels is null ? names.FirstOrDefault(name => UsualNames.Contains(name.ToLowerInvariant()))
            : names.Contains(labels) ? labels
            : throw NoLabels(labels, path, names);
        var parts = Ranges(names, column);
        var name = parts.Count == 1 ? parts[0] : $"[{string.Join(", ", parts)}]";
        var table = format.Open(Plan(path) with { Labels = column, Columns = new Dictionary<string, IReadOnlyList<string>> { [name] = parts } });
        return ([new DataArray(name, table.Input(name).Header, parts)], column is null ? null : new DataArray(column, table.Labels(column).Header));
    }

    private static DatasetPlan Plan(string path) => new()
    {
        Name = Path.GetFileName(path),
        Position = new SourcePosition(path),
        Path = path,
        Inputs = new Dictionary<string, string>(),
        Files = [path],
    };

    /// <summary>All columns but one, as ranges in the file's order.</summary>
    private static List<string> Ranges(IReadOnlyList<string> names, string? without)
    {
        var at = without is null ? names.Count : names.ToList().IndexOf(without);
        return [.. new[] { (First: 0, Last: at - 1), (First: at + 1, Last: names.Count - 1) }
            .Where(range => range.First <= range.Last)
            .Select(range => range.First == range.Last ? names[range.First] : $"{names[range.First]}..{names[range.Last]}")];
    }

    private static DataArray? Usual(List<DataArray> candidates) =>
        UsualNames
            .Select(name => candidates.Find(array => string.Equals(array.Name, name, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(array => array is not null)
        ?? (candidates.Count == 1 ? candidates[0] : null);

    private static DiagnosticException NoLabels(string labels, string path, IReadOnlyList<string> names) =>
        new(
            InitCodes.Labels,
            $"{path} has no '{labels}' for labels.{Suggestion.For(labels, names)} It has: {string.Join(", ", names.Take(12))}{(names.Count > 12 ? ", …" : "")}."
        );
}
