using System.Text;

namespace ModelOptimizer.Pipeline.Reports.Markdown;

/// <summary>A table; a head that begins with <c>&gt;</c> is a column of numbers.</summary>
internal sealed class MarkdownTable(params string[] heads)
{
    private readonly StringBuilder _text = new StringBuilder()
        .Append("| ").AppendJoin(" | ", heads.Select(head => MarkdownText.Of(head.TrimStart('>')))).Append(" |\n")
        .Append('|').AppendJoin('|', heads.Select(head => head.StartsWith('>') ? " ---: " : " --- ")).Append("|\n");

    /// <summary>A row of plain texts.</summary>
    public MarkdownTable Row(params string[] cells)
    {
        _text.Append("| ").AppendJoin(" | ", cells.Select(MarkdownText.Of)).Append(" |\n");
        return this;
    }

    public override string ToString() => _text.ToString();
}
