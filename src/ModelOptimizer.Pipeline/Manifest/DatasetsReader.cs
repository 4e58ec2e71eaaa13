using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>datasets:</c>.</summary>
internal sealed class DatasetsReader(ManifestPaths paths)
{
    private static readonly Dictionary<string, string> LaterKeys = new(StringComparer.Ordinal)
    {
        ["command"] = "Datasets are files and folders: write path, inputs and labels.",
    };

    /// <summary>The datasets by the names that models use: a dataset with <c>split:</c> is there by its parts only.</summary>
    public Dictionary<string, DatasetPlan> Read(Node? node)
    {
        var datasets = new Dictionary<string, DatasetPlan>(StringComparer.Ordinal);
        foreach (var (key, value) in node?.AsMap("'datasets'").Entries ?? [])
        {
            foreach (var dataset in Datasets(key, value))
            {
                if (!datasets.TryAdd(dataset.Name, dataset))
                {
                    throw new DiagnosticException(
                        ManifestCodes.Duplicate,
                        $"There are two datasets '{dataset.Name}': one by its own name, and one as a part of a split. Rename one of them.",
                        key.Position);
                }
            }
        }

        return datasets;
    }

    private IEnumerable<DatasetPlan> Datasets(ScalarNode name, Node node)
    {
        var section = new Section(node, $"dataset '{name.Text}'", DatasetKeys.All, paths, name.Position, LaterKeys);
        var path = section.Read(DatasetKeys.Path);
        var arrays = new ArrayNames(paths, DataFormats.Of(path));
        var inputs = Inputs(section.Read(DatasetKeys.Inputs), arrays);
        var labels = section.Read(DatasetKeys.Labels) is { } array ? arrays.Labels(array) : null;
        string[] files = path is not null ? [path] : [.. inputs.Values, .. labels is null ? Array.Empty<string>() : [labels]];
        var dataset = new DatasetPlan
        {
            Name = name.Text,
            Position = name.Position,
            Path = path,
            Inputs = inputs,
            Labels = labels,
            Columns = arrays.Columns,
            Preprocess = section.Inner(DatasetKeys.Preprocess, PreprocessKeys.All) is { } preprocess
                ? PreprocessKeys.Read(preprocess, inputs.Keys, paths)
                : new PreprocessPlan(),
            Files = [.. files.Distinct(StringComparer.Ordinal)],
        };
        return section.Read(DatasetKeys.Split) is { } split
            ? SplitReader.Read(split).Select(part => dataset with { Name = $"{name.Text}/{part.Name}", Part = part })
            : [dataset];
    }

    private static Dictionary<string, string> Inputs(Node node, ArrayNames arrays)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (node is not MapNode map || map.Entries.Count == 0)
        {
            throw NodeValues.WrongType(node, "inputs", $"the model's inputs with the array for each, such as 'inputs: {{ image: {arrays.Example} }}'");
        }

        foreach (var (input, array) in map.Entries)
        {
            inputs.Add(input.Text, arrays.Input(array, input.Text));
        }

        return inputs;
    }
}

/// <summary>The keys of an entry of <c>datasets:</c>.</summary>
internal static class DatasetKeys
{
    private static readonly Form<Node> Array = Forms.Raw(
        "name of an array, a file, a column, a range or list of columns, or a pattern",
        () => Json.AnyOf(Forms.Text("name").Schema(), Forms.List(Forms.Text("column"), "list of columns", "", "").Schema()));

    public static KeySet All { get; } = new();

    public static readonly Option<string?> Path = All.Add<string?>(new(
        "path",
        (Forms.Text($"path of {DataFormats.Expected}") with { Read = Container }).OrNone(),
        "What holds the arrays, relative to the manifest. Left out where every array is a file of its own (.npy, IDX)."));

    public static readonly Option<Node> Inputs = All.Add<Node>(new(
        "inputs",
        Forms.Map(Array, "map from model input to array"),
        "Which array feeds which input of the model; every input has one. The first dimension of an array counts the samples.")
    {
        IsRequired = true,
        Example = "{ image: ARRAY }",
    });

    public static readonly Option<Node?> Labels = All.Add<Node?>(new(
        "labels",
        Array.OrNone(),
        "The array of what is right: the class of each sample, counted from 0, or the numbers that the model should give. 'folder' where the sub-folders of "
        + "a folder are the classes."));

    public static readonly Option<Section?> Preprocess = All.Add<Section?>(new(
        "preprocess",
        Forms.Section(PreprocessKeys.All, "mapping, see preprocess").OrNone(),
        "What is done to every input before the model sees it. It must be what the model was trained with."));

    public static readonly Option<Node?> Split = All.Add<Node?>(new(
        "split",
        Forms.Map(Forms.Quantity(QuantityForm.Points), "map from part to share of the samples, such as { train: 80%, test: 20% }").OrNone(),
        "Cuts the dataset into parts that share no sample. Models then use 'NAME/PART', and the dataset by its parts only."));

    /// <summary>A file or folder that holds several arrays.</summary>
    private static string Container(Node node, string what, ManifestPaths paths)
    {
        var path = paths.Resolve(node, what);
        if (DataFormats.Of(path) != DataFormats.Folder)
        {
            return paths.Existing(node, what);
        }

        return System.IO.Path.HasExtension(path) && !Directory.Exists(path)
            ? throw NodeValues.Bad(
                node,
                $"'path' expects {DataFormats.Expected}; found '{node.AsText(what)}'. A file with a single array (.npy, IDX) goes where the array's name "
                + $"would be, without 'path': inputs: {{ image: images.npy }}.")
            : paths.ExistingFolder(node, what);
    }
}

/// <summary>Reads <c>split:</c>.</summary>
internal static class SplitReader
{
    private const string Example = "split: { train: 80%, test: 20% }";

    // Percentages are added as they are written: 0.1 + 0.2 must not be more than 0.3.
    private const double Slack = 1e-9;

    /// <summary>The parts. They take their places in the order of their names, so that the order in which they are written means nothing.</summary>
    public static IReadOnlyList<DatasetPart> Read(Node node)
    {
        var entries = node is MapNode { Entries: { Count: > 0 } written } ? written : throw NodeValues.WrongType(
            node,
            "split",
            $"parts with the share of each, such as '{Example}'");
        var parts = new List<DatasetPart>();
        var taken = 0.0;
        foreach (var (name, value) in entries.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal))
        {
            if (name.Text.Length == 0 || name.Text.Contains('/', StringComparison.Ordinal))
            {
                throw new DiagnosticException(
                    KeyCodes.BadValue,
                    $"A part's name is not empty and has no '/', which stands between the dataset and the part; found '{name.Text}'.",
                    name.Position);
            }

            var start = taken;
            taken += Percent(value, name.Text);
            parts.Add(new DatasetPart(name.Text, start / 100, Math.Min(taken, 100) / 100, name.Position));
        }

        return taken <= 100 + Slack
            ? parts
            : throw new DiagnosticException(
                KeyCodes.BadValue,
                FormattableString.Invariant(
                    $"The parts of 'split' are {Math.Round(taken, 6)}% together, and a sample can be in one only. Make them 100% or less."
                ),
                node.Position
            );
    }

    private static double Percent(Node node, string what)
    {
        const string Expected = "a percentage of the samples such as 80%";
        var text = node.AsScalar(what, Expected).Text;
        return text.EndsWith('%') && NodeValues.TryNumber(text[..^1].TrimEnd(), out var percent)
            ? percent is > 0 and <= 100
                ? percent
                : throw new DiagnosticException(KeyCodes.BadValue, $"'{what}' expects more than 0% and at most 100%; found {text}.", node.Position)
            : throw NodeValues.WrongType(node, what, Expected);
    }
}
