using ModelOptimizer.Tool.Output;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>One look for all tables: a line under the head, numbers to the right, names that wrap before numbers do.</summary>
internal static class TableStyle
{
    public static Table New() => new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);

    public static Table Text(this Table table, string head) => table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(head)}[/]")).LeftAligned());

    public static Table Word(this Table table, string head) =>
        table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(head)}[/]")).LeftAligned().NoWrap());

    public static Table Number(this Table table, string head) =>
        table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(head)}[/]")).RightAligned().NoWrap());

    /// <summary>A row of plain text; square brackets are only brackets.</summary>
    public static void Row(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(Visible.Of(cell)).Overflow(Overflow.Fold)));
}
