using System.Xml.Linq;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>Puts labels where nothing is yet; one that fits nowhere is left out.</summary>
internal sealed class LabelPlaces(Frame frame)
{
    private const double Height = 12;
    private const double MarkRadius = 7;
    private readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Keeps a mark clear.</summary>
    public void Keep(double x, double y) => _taken.Add((x - MarkRadius, y - MarkRadius, x + MarkRadius, y + MarkRadius));

    /// <summary>A label at a level line that runs from edge to edge: above or below it, at the right, at the left or between.</summary>
    public XElement OnLine(string style, double line, bool isAbove, string text)
    {
        var y = line + (isAbove ? -6 : 15);
        (double X, string Anchor)[] places = [(frame.Right, "end"), (frame.Left + 4, "start"), ((frame.Left + frame.Right) / 2, "middle")];
        var (x, anchor) = places.FirstOrDefault(place => IsFree(Box(place.X, y, place.Anchor, text)), places[0]);
        return Fixed(style, x, y, anchor, text);
    }

    /// <summary>A label with only one place.</summary>
    public XElement Fixed(string style, double x, double y, string anchor, string text)
    {
        _taken.Add(Box(x, y, anchor, text));
        return Frame.Text("note." + style, x, y, anchor, text);
    }

    /// <summary>A label beside a point; null when every side is taken.</summary>
    public XElement? Beside(string style, double x, double y, double distance, string text)
    {
        (double X, double Y, string Anchor)[] places =
        [
            (x + distance, y + 4, "start"),
            (x - distance, y + 4, "end"),
            (x, y - distance - 1, "middle"),
            (x, y + distance + 10, "middle"),
        ];
        foreach (var place in places)
        {
            var box = Box(place.X, place.Y, place.Anchor, text);
            if (box.Left >= frame.Left && box.Right <= frame.Right + 10 && box.Top >= frame.Top - 12 && box.Bottom <= frame.Bottom
                && IsFree(box))
            {
                return Fixed(style, place.X, place.Y, place.Anchor, text);
            }
        }

        return null;
    }

    private bool IsFree((double Left, double Top, double Right, double Bottom) box) =>
        !_taken.Exists(other => box.Left < other.Right && other.Left < box.Right && box.Top < other.Bottom && other.Top < box.Bottom);

    private static (double Left, double Top, double Right, double Bottom) Box(double x, double y, string anchor, string text)
    {
        var width = Frame.WidthOf(text);
        var left = anchor switch
        {
            "start" => x,
            "end" => x - width,
            _ => x - (width / 2),
        };
        return (left, y - Height + 2, left + width, y + 2);
    }
}
