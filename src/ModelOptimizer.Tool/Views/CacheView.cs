using System.Globalization;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>The cache for people.</summary>
internal static class CacheView
{
    public static void Write(IAnsiConsole console, CacheReport report)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Line(grid, "folder", report.Folder);
        Line(grid, "entries", Figures.Count(report.Entries));
        Line(grid, "size", $"{Figures.Bytes(report.Bytes)} of at most {Figures.Bytes(report.LimitBytes)}");
        if (report is { OldestUse: { } oldest, NewestUse: { } newest })
        {
            Line(grid, "last used", $"between {Time(oldest)} and {Time(newest)} UTC");
        }

        if (report.Leftovers > 0)
        {
            Line(grid, "unfinished", $"{Figures.Count(report.Leftovers)}, of builds that are running or were killed");
        }

        console.Write(grid);
    }

    /// <summary><c>Removed 3 entries, 1.2 MB, from …</c></summary>
    public static string Line(CacheClearing clearing)
    {
        var entries = Counted(clearing.Entries, "entry", "entries");
        var leftovers = clearing.Leftovers == 0 ? "" : $" and {Counted(clearing.Leftovers, "unfinished one", "unfinished ones")}";
        return $"Removed {entries}{leftovers}, {Figures.Bytes(clearing.Bytes)}, from {clearing.Folder}";
    }

    private static string Counted(int count, string one, string many) => $"{Figures.Count(count)} {(count == 1 ? one : many)}";

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static void Line(Grid grid, string name, string value) => grid.AddRow(new Text(name), new Text(value).Overflow(Overflow.Fold));
}
