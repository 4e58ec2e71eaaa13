using System.Text;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What can be gated, and with which limits, as a Markdown table.</summary>
internal static class GateTable
{
    public static string Text()
    {
        var table = new StringBuilder("| metric | labels | limits | what it is |\n| --- | --- | --- | --- |\n");
        foreach (var name in GateRules.Names)
        {
            var metric = MetricCatalogue.TryGet(name, out var found) ? found : null;
            var limits = GateKeys.Of(name, metric).Where(key => GateKeys.Bounds.Any(bound => bound.Key.Name == key.Name)).GroupBy(key => key.Form.Text);
            var summary = KeyTable.Cell(metric?.Summary ?? GateRules.Summary(name));
            table.Append(KeyTable.Row($"`{name}`", Labels(metric), string.Join("; ", limits.Select(Limits)), summary));
        }

        return table.ToString();
    }

    private static string Limits(IGrouping<string, Option> limits) =>
        $"{string.Join(", ", limits.Select(key => $"`{key.Name}`"))}: {KeyTable.Cell(limits.Key)}";

    private static string Labels(IMetric? metric) => (metric?.Labels ?? LabelKind.None) switch
    {
        LabelKind.None => "",
        LabelKind.Class => "class",
        LabelKind.Tokens => "tokens",
        _ => "numbers",
    };
}

/// <summary>Declared keys as a Markdown table.</summary>
internal static class KeyTable
{
    public static string Of(KeySet keys)
    {
        var table = new StringBuilder("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var key in keys)
        {
            table.Append(Row($"`{key.Name}`", Cell(key.Form.Text), Default(key), Cell(key.Meaning(keys))));
        }

        return table.ToString();
    }

    /// <summary>A row of cells that are Markdown already.</summary>
    public static string Row(params string[] cells) => $"| {string.Join(" | ", cells)} |\n";

    /// <summary>Text that means itself in a cell.</summary>
    public static string Cell(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Default(Option key) => key.IsRequired ? "required" : key.Default is { } absent ? $"`{absent}`" : "";
}
