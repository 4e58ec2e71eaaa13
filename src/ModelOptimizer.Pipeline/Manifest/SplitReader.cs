using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest;

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
