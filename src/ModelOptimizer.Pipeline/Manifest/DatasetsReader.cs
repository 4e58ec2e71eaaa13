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
                    throw new DiagnosticException(ManifestCodes.Duplicate, $"There are two datasets '{dataset.Name}': one by its own name, and one as a part of a split. Rename one of them.", key.Position);
                }
            }
        }

        return datasets;
    }

    private IEnumerable<DatasetPlan> Datasets(ScalarNode name, Node node)
    {
        var section = new Section(node, $"dataset '{name.Text}'", DatasetKeys.Section, name.Position, LaterKeys);
        var path = section[DatasetKeys.Path] is { } written ? Container(written) : null;
        var arrays = new ArrayNames(paths, DataFormats.Of(path));
        var inputs = Inputs(section.Required(DatasetKeys.Inputs), arrays);
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
        if (DataFormats.Of(path) != DataFormats.Folder)
        {
            return paths.Existing(node, "path");
        }

        return Path.HasExtension(path) && !Directory.Exists(path)
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'path' expects {DataFormats.Expected}; found '{text}'. A file with a single array (.npy, IDX) goes where the array's name would be, without 'path': inputs: {{ image: images.npy }}.", node.Position)
            : paths.ExistingFolder(node, "path");
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
        var entries = node is MapNode { Entries: { Count: > 0 } written } ? written : throw NodeValues.WrongType(node, "split", $"parts with the share of each, such as '{Example}'");
        var parts = new List<DatasetPart>();
        var taken = 0.0;
        foreach (var (name, value) in entries.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal))
        {
            if (name.Text.Length == 0 || name.Text.Contains('/', StringComparison.Ordinal))
            {
                throw new DiagnosticException(ManifestCodes.BadValue, $"A part's name is not empty and has no '/', which stands between the dataset and the part; found '{name.Text}'.", name.Position);
            }

            var start = taken;
            taken += Percent(value, name.Text);
            parts.Add(new DatasetPart(name.Text, start / 100, Math.Min(taken, 100) / 100, name.Position));
        }

        return taken <= 100 + Slack
            ? parts
            : throw new DiagnosticException(ManifestCodes.BadValue, FormattableString.Invariant($"The parts of 'split' are {Math.Round(taken, 6)}% together, and a sample can be in one only. Make them 100% or less."), node.Position);
    }

    private static double Percent(Node node, string what)
    {
        const string Expected = "a percentage of the samples such as 80%";
        var text = node.AsScalar(what, Expected).Text;
        return text.EndsWith('%') && NodeValues.TryNumber(text[..^1].TrimEnd(), out var percent)
            ? percent is > 0 and <= 100
                ? percent
                : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' expects more than 0% and at most 100%; found {text}.", node.Position)
            : throw NodeValues.WrongType(node, what, Expected);
    }
}

/// <summary>Reads <c>preprocess:</c>.</summary>
internal static class PreprocessReader
{
    public static PreprocessPlan Read(Node node)
    {
        var section = new Section(node, "'preprocess'", PreprocessKeys.Section);
        var mean = Numbers(section.OrDefault(PreprocessKeys.Mean), "mean");
        var std = Numbers(section.OrDefault(PreprocessKeys.Std), "std");
        if (section[PreprocessKeys.Std] is { } written && Items(written).FirstOrDefault(item => item.AsNumber("std") == 0) is { } zero)
        {
            throw new DiagnosticException(ManifestCodes.BadValue, "'std' must not be 0: values are divided by it.", zero.Position);
        }

        if (mean.Length > 1 && std.Length > 1 && mean.Length != std.Length)
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"'mean' has {mean.Length} numbers and 'std' has {std.Length}. Give each one number, or one for every channel.", section.KeyPosition(PreprocessKeys.Std));
        }

        return new PreprocessPlan
        {
            Scale = Scale(section.OrDefault(PreprocessKeys.Scale)),
            Mean = mean,
            Std = std,
            Layout = section.ChoiceOrDefault(PreprocessKeys.Layout),
            Shape = section[PreprocessKeys.Shape] is { } shape ? Shape(shape) : null,
        };
    }

    private static double Scale(Node node)
    {
        const string Expected = "a number such as 0.5, or a ratio such as 1/255";
        var parts = node.AsScalar("scale", Expected).Text.Split('/');
        if (parts.Length > 2 || !NodeValues.TryNumber(parts[0].Trim(), out var value))
        {
            throw NodeValues.WrongType(node, "scale", Expected);
        }

        if (parts.Length == 2)
        {
            value = NodeValues.TryNumber(parts[1].Trim(), out var divisor) ? value / divisor : throw NodeValues.WrongType(node, "scale", Expected);
        }

        return double.IsFinite(value) && value != 0
            ? value
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'scale' must be a finite number other than 0; found {node.Describe()}.", node.Position);
    }

    private static double[] Numbers(Node node, string what)
    {
        const string Example = "[0.485, 0.456, 0.406]";
        return Items(node) switch
        {
            { Count: 0 } => throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' is empty. Write a number for all channels, or a list such as {Example}.", node.Position),
            var items when node is ListNode => [.. items.Select(item => item.AsNumber(what))],
            _ => [node.AsNumber(what, $"a number, or a list such as {Example}")],
        };
    }

    /// <summary>One number is a list of one.</summary>
    private static IReadOnlyList<Node> Items(Node node) => node is ListNode list ? list.Items : [node];

    private static long[] Shape(Node node)
    {
        const string Example = "[1, 28, 28]";
        var items = node.AsList("shape", Example).Items;
        return items.Count > 0
            ? [.. items.Select(item => (long)item.AsInteger("shape", 1))]
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'shape' is empty. Write the shape of one sample, such as {Example}.", node.Position);
    }
}
