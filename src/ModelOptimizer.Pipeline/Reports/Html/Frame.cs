using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A plot's paper: size, axes, grid, titles, and where a number lies on it.</summary>
internal sealed class Frame(double width, double height, Axis x, Axis y, string xTitle, string yTitle)
{
    // Of the twelve pixels high labels.
    private const double CharacterWidth = 6.8;

    public double Left { get; } = 16 + (CharacterWidth * y.Ticks.Select(tick => tick.Label.Length).DefaultIfEmpty(1).Max());

    public double Right { get; } = width - 18;

    public double Top { get; } = 30;

    public double Bottom { get; } = height - 42;

    public double X(double value) => Left + (x.Fraction(value) * (Right - Left));

    public double Y(double value) => Bottom - (y.Fraction(value) * (Bottom - Top));

    /// <summary>Width of a text, more or less.</summary>
    public static double WidthOf(string text) => CharacterWidth * text.Length;

    /// <summary>The drawing with <paramref name="content"/> above the grid.</summary>
    /// <param name="variant">CSS class of this size.</param>
    /// <param name="description">For who cannot see it.</param>
    /// <param name="content">What is plotted.</param>
    public XElement Draw(string variant, string description, params object?[] content) => Tag(
        "svg.plot." + variant,
        Is("viewBox", $"0 0 {Number(width)} {Number(height)}"),
        Is("role", "img"),
        Is("aria-label", description),
        x.Ticks.Select(XTick),
        y.Ticks.Select(YTick),
        Tag("path.axis", Is("d", $"M{Number(Left)} {Number(Bottom)}H{Number(Right)}")),
        Text("title", (Left + Right) / 2, height - 6, "middle", xTitle),
        Text("title", 2, 14, "start", yTitle),
        content);

    public static XElement Text(string style, double x, double y, string anchor, string text) =>
        Tag("text." + style, Is("x", x), Is("y", y), Is("text-anchor", anchor), text);

    private XElement XTick((double At, string Label) tick) => Tag(
        "g.tick.x",
        Tag("path.grid", Is("d", $"M{Number(X(tick.At))} {Number(Top)}V{Number(Bottom)}")),
        Text("label", X(tick.At), Bottom + 17, "middle", tick.Label));

    private XElement YTick((double At, string Label) tick) => Tag(
        "g.tick.y",
        Tag("path.grid", Is("d", $"M{Number(Left)} {Number(Y(tick.At))}H{Number(Right)}")),
        Text("label", Left - 8, Y(tick.At) + 4, "end", tick.Label));
}
