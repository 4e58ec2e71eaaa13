using System.Text;
using ModelOptimizer.Pipeline.Manifest.Declarations;

namespace ModelOptimizer.Pipeline.Manifest.Reference;

/// <summary>Declared keys as a Markdown table.</summary>
internal static class KeyTable
{
    public static string Of(SectionDeclaration section)
    {
        var table = new StringBuilder("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var key in section.Keys)
        {
            table.Append(Row($"`{key.Name}`", Cell(key.Form.Text), Default(key), Cell(key.Meaning(section.Keys))));
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

    private static string Default(KeyDeclaration key) => key.IsRequired ? "required" : key.Default is { } text ? $"`{text}`" : "";
}
