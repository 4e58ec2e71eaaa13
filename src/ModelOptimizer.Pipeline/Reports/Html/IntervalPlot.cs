using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A gate on one line: what is allowed, the limit, the number measured and its interval.</summary>
internal static class IntervalPlot
{
    private const double Width = 320;
    private const double Height = 58;
    private const double Middle = 29;
    private const double Edge = 14;

    /// <summary>The drawing; null for a gate without a number.</summary>
    public static XElement? Draw(GateVerdict gate)
    {
        if (Figures.Known(gate.Measured) is not { } measured || Figures.Known(gate.Required) is not { } required)
        {
            return null;
        }

        var axis = Range(gate, measured, required);
        double Place(double value) => Edge + (axis.Fraction(value) * (Width - (2 * Edge)));
        var limit = Place(required);
        var allowed = gate.Bound == "min" ? (limit, Width - Edge) : (Edge, limit);
        return Tag(
            "svg.interval",
            Is("viewBox", $"0 0 {Number(Width)} {Number(Height)}"),
            Is("role", "img"),
            Is("aria-label", $"{GateFigures.Required(gate)} required, {GateFigures.Measured(gate)} measured, interval {GateFigures.Interval(gate)}"),
            Tag("rect.allowed", Is("x", allowed.Item1), Is("y", Middle - 8), Is("width", allowed.Item2 - allowed.Item1), Is("height", 16)),
            Tag("path.axis", Is("d", $"M{Number(Edge)} {Number(Middle)}H{Number(Width - Edge)}")),
            gate.Confidence is null ? null : Bar(gate, Place),
            Tag("path.limit", Is("d", $"M{Number(limit)} {Number(Middle - 12)}V{Number(Middle + 12)}")),
            Label("limit", limit, 12, "limit " + GateFigures.Text(gate, required)),
            Tag($"circle.point.{(gate.Holds ? "passed" : "failed")}", Is("cx", Place(measured)), Is("cy", Middle), Is("r", 5)),
            Label("measured", Place(measured), Height - 4, GateFigures.Measured(gate)));
    }

    private static XElement Bar(GateVerdict gate, Func<double, double> place)
    {
        // An end that is not known goes as far as the paper does, and has an arrow instead of a stop.
        var (left, right) = (gate.Lower is { } lower ? place(lower) : Edge, gate.Upper is { } upper ? place(upper) : Width - Edge);
        return Tag(
            "g.bar",
            Tag("title", $"{GateFigures.Level(gate)} interval: {GateFigures.Interval(gate)}"),
            Tag("path", Is("d", $"M{Number(left)} {Number(Middle)}H{Number(right)}")),
            End(left, gate.Lower is null, 1),
            End(right, gate.Upper is null, -1));
    }

    private static XElement End(double x, bool isOpen, int inwards) => Tag("path.end", Is("d", isOpen
        ? $"M{Number(x + (6 * inwards))} {Number(Middle - 5)}L{Number(x)} {Number(Middle)}L{Number(x + (6 * inwards))} {Number(Middle + 5)}"
        : $"M{Number(x)} {Number(Middle - 6)}V{Number(Middle + 6)}"));

    private static XElement Label(string style, double x, double y, string text)
    {
        var half = Frame.WidthOf(text) / 2;
        return x - half < 2 ? Frame.Text("label." + style, 2, y, "start", text)
            : x + half > Width - 2 ? Frame.Text("label." + style, Width - 2, y, "end", text)
            : Frame.Text("label." + style, x, y, "middle", text);
    }

    private static Axis Range(GateVerdict gate, double measured, double required)
    {
        List<double> values = [measured, required, .. new[] { gate.Lower, gate.Upper }.OfType<double>()];
        if (gate.IsChange || gate.Confidence is null)
        {
            values.Add(0);
        }

        var margin = values.Max() > values.Min() ? 0.18 * (values.Max() - values.Min()) : Math.Max(0.1 * Math.Abs(required), 1e-9);
        var low = !gate.IsChange && gate.Confidence is null && values.Min() >= 0 ? 0 : values.Min() - margin;
        return Axis.Linear(low, values.Max() + margin, 2);
    }
}
