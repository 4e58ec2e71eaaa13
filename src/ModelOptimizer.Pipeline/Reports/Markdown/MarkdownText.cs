using System.Text;

namespace ModelOptimizer.Pipeline.Reports.Markdown;

/// <summary>Text that means itself in Markdown, also in a table's cell.</summary>
internal static class MarkdownText
{
    private const string Special = "\\`*_[]#|~$@";

    /// <summary>The text with everything escaped that Markdown, or the HTML in it, would act on.</summary>
    public static string Of(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                _ when char.IsControl(c) => " ",
                _ when Special.Contains(c) => $"\\{c}",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }
}
