using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;

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
                    throw new DiagnosticException(ManifestCodes.Duplicate, $"There are two datasets '{dataset.Name}': one by its own name, and one as a part of a split. Rename one of them.", key.Position);
                }
            }
        }

        return datasets;
    }

    private IEnumerable<DatasetPlan> Datasets(ScalarNode name, Node node)
    {
        var section = new Section(node, $"dataset '{name.Text}'", DatasetKeys.Section, LaterKeys);
        var path = section[DatasetKeys.Path] is { } written ? Container(written) : null;
        var arrays = new ArrayNames(paths, DatasetPlan.FormatOf(path));
        var inputs = Inputs(section.Require(DatasetKeys.Inputs, $"inputs: {{ image: {arrays.Example} }}", name.Position), arrays);
        var labels = section[DatasetKeys.Labels] is { } array ? arrays.Labels(array) : null;
        string[] files = path is not null ? [path] : [.. inputs.Values, .. labels is null ? Array.Empty<string>() : [labels]];
        var dataset = new DatasetPlan
        {
            Name = name.Text,
            Position = name.Position,
            Path = path,
            Inputs = inputs,
            Labels = labels,
            Columns = arrays.Columns,
            Preprocess = section[DatasetKeys.Preprocess] is { } preprocess ? PreprocessReader.Read(preprocess) : new PreprocessPlan(),
            Files = [.. files.Distinct(StringComparer.Ordinal)],
        };
        return section[DatasetKeys.Split] is { } split
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

    /// <summary>A file or folder that holds several arrays.</summary>
    private string Container(Node node)
    {
        var text = node.AsText("path");
        var path = paths.Resolve(node, "path");
        if (DatasetPlan.FormatOf(path) != DatasetFormat.Folder)
        {
            return paths.Existing(node, "path");
        }

        return Path.HasExtension(path) && !Directory.Exists(path)
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'path' expects an .npz file, a .csv file or a folder; found '{text}'. A file with a single array (.npy, IDX) goes where the array's name would be, without 'path': inputs: {{ image: images.npy }}.", node.Position)
            : paths.ExistingFolder(node, "path");
    }
}
