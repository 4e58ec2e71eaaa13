using ModelOptimizer.Tool.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelOptimizer.Tool.Views;

/// <summary>One look for all tables: a line under the head, numbers to the right, names that are shortened and texts that wrap before numbers do.</summary>
internal static class TableStyle
{
    public static Table New() => new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);

    public static Table Text(this Table table, string head) => table.AddColumn(Column(head).LeftAligned());

    public static Table Word(this Table table, string head) => table.AddColumn(Column(head).LeftAligned().NoWrap());

    public static Table Number(this Table table, string head) => table.AddColumn(Column(head).RightAligned().NoWrap());

    /// <summary>A row of plain text; square brackets are only brackets.</summary>
    public static void Row(this Table table, params string[] cells) => table.AddRow(cells.Select(Plain));

    /// <summary>The same with names of tensors or layers in the first cells.</summary>
    public static void Row(this Table table, string[] names, params string[] cells) =>
        table.AddRow([.. names.Select(name => new NameCell(Visible.Of(name))), .. cells.Select(Plain)]);

    private static TableColumn Column(string head) => new(new Text(head, new Style(decoration: Decoration.Bold)));

    private static IRenderable Plain(string cell) => new Text(Visible.Of(cell)).Overflow(Overflow.Fold);
}

/// <summary>A name on one line, its middle left out where the column is narrower: exporters' names begin alike and differ at their ends.</summary>
internal sealed class NameCell(string name) : Renderable
{
    private const int Least = 16;
    private const string Gap = "…";

    /// <summary>The name in at most <paramref name="width"/> columns, two thirds of them for its end.</summary>
    public static string Shortened(string name, int width) => name.Length <= width || width < 3
        ? name
        : name[..((width - 1) / 3)] + Gap + name[^(width - 1 - ((width - 1) / 3))..];

    protected override Measurement Measure(RenderOptions options, int maxWidth) =>
        new(Math.Min(Math.Min(Least, name.Length), maxWidth), Math.Min(name.Length, maxWidth));

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => [new Segment(Shortened(name, maxWidth))];
}
