using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads what a dataset's <c>inputs:</c> and <c>labels:</c> name, which depends on its format.</summary>
internal sealed class ArrayNames(ManifestPaths paths, DataFormat format)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _columns = new(StringComparer.Ordinal);

    /// <summary>How an array is named.</summary>
    public string Example => format.Example;

    /// <summary>See <see cref="DatasetPlan.Columns"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Columns => _columns;

    /// <summary>The array of a model input.</summary>
    public string Input(Node node, string what) => format.Naming switch
    {
        ArrayNaming.File => File(node, what),
        ArrayNaming.Name => node.AsText(what),
        ArrayNaming.Columns => Table(node, what),
        _ => Pattern(node, what, "a pattern of file names such as \"*.npy\", or \"*.npz/NAME\" for an array in each archive"),
    };

    /// <summary>The array of labels.</summary>
    public string Labels(Node node) =>
        format.Naming != ArrayNaming.Pattern ? Input(node, "labels")
        : node is ScalarNode { Text: DatasetPlan.FolderLabels } ? DatasetPlan.FolderLabels
        : Pattern(node, "labels", $"'{DatasetPlan.FolderLabels}' when the sub-folders are the classes, or a pattern of file names such as \"*.label.npy\"");

    /// <summary>A file that is one array.</summary>
    private string File(Node node, string what)
    {
        var text = node.AsText(what);
        var found = DataFormats.Of(text);
        if (found == DataFormats.Folder && !Directory.Exists(paths.Resolve(node, what)))
        {
            return paths.Existing(node, what);
        }

        var (kind, instead) = found.InPlaceOfArray;
        throw NodeValues.Bad(node, $"'{text}' {kind}. Write it as 'path: {text}' and {instead} here.");
    }

    private string Table(Node node, string what)
    {
        if (node is not ListNode list)
        {
            return node.AsText(what);
        }

        string[] names = [.. list.Items.Select(item => item.AsText(what))];
        if (names.Length == 0)
        {
            throw new DiagnosticException(
                KeyCodes.BadValue,
                $"'{what}' is empty. Write a column, a list such as [width, height], or a range such as pixel0..pixel783.",
                node.Position);
        }

        var name = $"[{string.Join(", ", names)}]";
        _columns[name] = names;
        return name;
    }

    private static string Pattern(Node node, string what, string expected)
    {
        var text = node.AsText(what);
        return FilePattern.Parse(text) is not null ? text
            : text.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) ? throw new DiagnosticException(
                KeyCodes.BadValue,
                $"'{what}' does not say which array of the archives it means. Write \"{text}/NAME\".",
                node.Position)
            : throw new DiagnosticException(KeyCodes.BadValue, $"'{what}' expects {expected}; found '{text}'.", node.Position);
    }
}
