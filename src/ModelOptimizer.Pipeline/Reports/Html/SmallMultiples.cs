using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Many lines: one small paper each, all with the same axes, and the others in grey behind.</summary>
/// <param name="lines">The lines.</param>
/// <param name="id">Tells the plots of one page apart.</param>
/// <param name="place">Where the model is on a line; null where that is not known.</param>
internal sealed class SmallMultiples(IReadOnlyList<Series> lines, string id, Func<Series, SeriesPoint?> place)
{
    private const double Width = 170;
    private const double Height = 112;
    private const double Left = 34;
    private const double Right = Width - 6;
    private const double Top = 6;
    private const double Bottom = Height - 18;
    private readonly Axis _x = Axis.Over([.. lines.SelectMany(line => line.Points).Select(point => point.X)], 3, floor: 0);
    private readonly Axis _y = Axis.Over([.. lines.SelectMany(line => line.Points).Select(point => point.Y)], 3, floor: 0);

    public IEnumerable<XElement> Draw()
    {
        yield return Tag(
            "svg.hidden",
            Is("width", 0),
            Is("height", 0),
            Is("aria-hidden", "true"),
            Tag("defs", Tag("g", Is("id", id), lines.Select(line => Tag("path.others", Is("d", Path(line)))))));
        yield return Tag("div.multiples", lines.Select(Draw));
    }

    private XElement Draw(Series line) => Tag(
        "figure.cell",
        Tag("figcaption", Is("title", line.Name), Names.Of(line.Name)),
        Tag(
            "svg",
            Is("viewBox", $"0 0 {Number(Width)} {Number(Height)}"),
            Is("role", "img"),
            Is("aria-label", $"{line.Y} over {line.X} of {line.Name}"),
            _x.Ticks.Select(tick => Frame.Text("label", X(tick.At), Height - 4, "middle", tick.Label)),
            _y.Ticks.Select(tick => Tag(
                "g.tick",
                Tag("path.grid", Is("d", $"M{Number(Left)} {Number(Y(tick.At))}H{Number(Right)}")),
                Frame.Text("label", Left - 4, Y(tick.At) + 3.5, "end", tick.Label))),
            Tag("use", Is("href", "#" + id)),
            Tag("path.line", Is("d", Path(line))),
            place(line) is { } here ? Dot(here) : null));

    private XElement Dot(SeriesPoint here) => Tag(
        "circle.here",
        Is("cx", X(Math.Clamp(here.X, _x.Low, _x.High))),
        Is("cy", Y(Math.Clamp(here.Y, _y.Low, _y.High))),
        Is("r", 3.5),
        Tag("title", $"{Figures.Number(here.X)}, {Figures.Number(here.Y)}"));

    private string Path(Series line) => LinePlot.Path(line.Points, X, Y);

    private double X(double value) => Left + (_x.Fraction(value) * (Right - Left));

    private double Y(double value) => Bottom - (_y.Fraction(value) * (Bottom - Top));
}
