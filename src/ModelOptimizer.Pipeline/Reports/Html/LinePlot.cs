using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A few lines on one pair of axes, with a legend.</summary>
internal static class LinePlot
{
    /// <summary>More lines than this need a paper each.</summary>
    public const int MostLines = 6;

    public static IEnumerable<XElement> Draw(IReadOnlyList<Series> lines)
    {
        yield return Draw(lines, "wide", 760, 320);
        yield return Draw(lines, "narrow", 360, 280);
        if (lines.Count > 1)
        {
            yield return Tag("ul.legend", lines.Select((line, index) => Tag(
                "li",
                Tag("svg.key", Is("viewBox", "0 0 26 10"), Is("aria-hidden", "true"), Tag($"path.line.c{index}", Is("d", "M1 5H25"))),
                line.Name)));
        }
    }

    /// <summary>The path of a line.</summary>
    public static string Path(IEnumerable<SeriesPoint> points, Func<double, double> x, Func<double, double> y) =>
        string.Concat(points.Select((point, index) => $"{(index == 0 ? 'M' : 'L')}{Number(x(point.X))} {Number(y(point.Y))}"));

    private static XElement Draw(IReadOnlyList<Series> lines, string variant, double width, double height)
    {
        var points = lines.SelectMany(line => line.Points).ToList();
        var x = Axis.Over([.. points.Select(point => point.X)], (int)(width / 90));
        var y = Axis.Over([.. points.Select(point => point.Y)], (int)(height / 60), floor: 0);
        var frame = new Frame(width, height, x, y, lines[0].X, lines[0].Y);
        return frame.Draw(
            variant,
            $"{lines[0].Y} over {lines[0].X}, {Wording.Samples(lines.Count, "line")}",
            lines.Select(
                (line, index) =>
                    Tag(
                        $"g.curve.c{index}",
                        Tag("title", line.Name),
                        Tag($"path.line.c{index}", Is("d", Path(line.Points, frame.X, frame.Y))),
                        line.Points.Count == 1
                            ? Tag($"circle.dot.c{index}", Is("cx", frame.X(line.Points[0].X)), Is("cy", frame.Y(line.Points[0].Y)), Is("r", 3))
                            : null
                    )
            )
        );
    }
}
