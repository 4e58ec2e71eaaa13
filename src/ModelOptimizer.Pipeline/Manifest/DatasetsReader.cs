using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Manifest.Yaml;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>datasets:</c>.</summary>
internal sealed class DatasetsReader(ManifestPaths paths)
{
    private const string InputsExample = "inputs: { image: images }";

    private static readonly Dictionary<string, string> LaterKeys = new(StringComparer.Ordinal)
    {
        ["command"] = "Datasets are .npz, .npy and IDX files: write path, inputs and labels.",
    };

    public Dictionary<string, DatasetPlan> Read(Node? node)
    {
        var datasets = new Dictionary<string, DatasetPlan>(StringComparer.Ordinal);
        foreach (var (key, value) in node?.AsMap("'datasets'").Entries ?? [])
        {
            datasets.Add(key.Text, Dataset(key, value));
        }

        return datasets;
    }

    private DatasetPlan Dataset(ScalarNode name, Node node)
    {
        var section = new Section(node, $"dataset '{name.Text}'", ["path", "inputs", "labels", "preprocess"], LaterKeys);
        var path = section["path"] is { } written ? Archive(written) : null;
        var inputs = Inputs(section.Require("inputs", path is null ? "inputs: { image: images.npy }" : InputsExample, name.Position), path is null);
        var labels = section["labels"] switch
        {
            null => null,
            var array when path is null => ArrayFile(array, "labels"),
            var array => array.AsText("labels"),
        };
        string[] files = path is not null ? [path] : [.. inputs.Values, .. labels is null ? Array.Empty<string>() : [labels]];
        return new DatasetPlan
        {
            Name = name.Text,
            Position = name.Position,
            Path = path,
            Inputs = inputs,
            Labels = labels,
            Preprocess = section["preprocess"] is { } preprocess ? PreprocessReader.Read(preprocess) : new PreprocessPlan(),
            Files = [.. files.Distinct(StringComparer.Ordinal)],
        };
    }

    private Dictionary<string, string> Inputs(Node node, bool areFiles)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (node is not MapNode map || map.Entries.Count == 0)
        {
            throw NodeValues.WrongType(node, "inputs", $"the model's inputs with the array for each, such as '{InputsExample}'");
        }

        foreach (var (input, array) in map.Entries)
        {
            inputs.Add(input.Text, areFiles ? ArrayFile(array, input.Text) : array.AsText(input.Text));
        }

        return inputs;
    }

    /// <summary>A file that holds several arrays.</summary>
    private string Archive(Node node)
    {
        NotYet(node, "path");
        var text = node.AsText("path");
        return text.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)
            ? paths.Existing(node, "path")
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'path' expects an .npz file; found '{text}'. A file with a single array (.npy, IDX) goes where the array's name would be, without 'path': inputs: {{ image: images.npy }}.", node.Position);
    }

    /// <summary>A file that is one array.</summary>
    private string ArrayFile(Node node, string what)
    {
        NotYet(node, what);
        var text = node.AsText(what);
        return text.EndsWith(".npz", StringComparison.OrdinalIgnoreCase)
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{text}' holds several arrays. Write it as 'path: {text}' and name the array here.", node.Position)
            : paths.Existing(node, what);
    }

    private void NotYet(Node node, string what)
    {
        var text = node.AsText(what);
        var kind = text.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? "CSV files"
            : Directory.Exists(paths.Resolve(node, what)) ? "Folders of samples"
            : null;
        if (kind is not null)
        {
            throw new DiagnosticException(ManifestCodes.NotYet, $"{kind} are not part of this version yet; found '{text}'. Formats available: .npz, .npy, IDX (also .gz).", node.Position);
        }
    }
}
