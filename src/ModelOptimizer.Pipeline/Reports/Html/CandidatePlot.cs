using System.Globalization;
using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>
/// The candidates of a search by size and one metric, with the limits of the gates: all of them, and where they are crowded a second time, larger.
/// </summary>
internal sealed class CandidatePlot(ModelReport model, string metric)
{
    private readonly CandidateScale _scale = new(model, metric);
    private readonly SearchTrace _search = model.Search!;

    /// <summary>The plots, each for wide paper and for a telephone; empty when no candidate has this metric.</summary>
    public IEnumerable<XElement> Draw()
    {
        if (_scale.Points.Count == 0)
        {
            return [];
        }

        if (CandidateWindow.Crowd(_scale, _search.Chosen) is not { } crowd)
        {
            return [Tag("div.plots", Both("whole", 760, 380, _scale.All, null))];
        }

        return
        [
            Tag(
                "div.plots.two",
                Tag("div", Both("whole", 530, 370, _scale.All, crowd)),
                Tag("div", Both("near", 530, 370, crowd, null))),
        ];
    }

    private IEnumerable<XElement> Both(string part, double width, double height, CandidateWindow window, CandidateWindow? crowd) =>
        [Draw("wide." + part, width, height, window, crowd), Draw("narrow." + part, 360, 320, window, crowd)];

    private XElement Draw(string variant, double width, double height, CandidateWindow window, CandidateWindow? crowd)
    {
        var x = Axis.Over([window.Left, window.Right], (int)(width / 90), " %", floor: 0);
        var y = _scale.IsPercent
            ? Axis.Over([window.Low, window.High], (int)(height / 60), " %", 0, 100)
            : Axis.Over([window.Low, window.High], (int)(height / 60));
        var across = $"{Wording.Searched(_search)}, % of the original's{(_search.Measure is BudgetMeasure.Macs or BudgetMeasure.Latency ? "" : " file")}";
        var frame = new Frame(width, height, x, y, across, window == _scale.All ? metric : metric + ", enlarged");
        var points = _scale.Points.Where(window.Holds).ToList();
        var labels = new LabelPlaces(frame);
        // Marks first, then lines: the labels that follow keep clear of them.
        points.ForEach(point => labels.Keep(frame.X(point.Size), frame.Y(point.Value)));
        var limits = Limits(frame, labels, window).OrderBy(element => element.Name.LocalName == "text").ToList();
        return frame.Draw(
            variant,
            $"{metric} of {Wording.Samples(points.Count, "candidate")} over their bytes",
            limits,
            crowd is null ? null : Glass(frame, crowd),
            points.OrderBy(IsChosen).Select(point => Mark(frame, point)),
            points
                .Where(point => crowd is null || !crowd.Holds(point) || IsChosen(point))
                .OrderByDescending(IsChosen)
                .Select(point => Label(frame, labels, point))
        );
    }

    private IEnumerable<XElement> Limits(Frame frame, LabelPlaces labels, CandidateWindow window)
    {
        if (_scale.Original is { } original && window.HoldsValue(original))
        {
            yield return Line("original", $"M{Number(frame.Left)} {Number(frame.Y(original))}H{Number(frame.Right)}", "original");
            yield return labels.OnLine("original", frame.Y(original), true, $"original {Value(original)}");
        }

        foreach (var (gate, at) in _scale.Limits.Where(limit => window.HoldsValue(limit.At)))
        {
            yield return Line("limit", $"M{Number(frame.Left)} {Number(frame.Y(at))}H{Number(frame.Right)}", GateFigures.Gate(gate));
            yield return labels.OnLine("limit", frame.Y(at), false, $"{metric} {(gate.Bound is "min" or "max-drop" ? "≥" : "≤")} {Value(at)}");
        }

        foreach (var (gate, at) in _scale.SizeLimits.Where(limit => window.HoldsSize(limit.At)))
        {
            var isRight = frame.X(at) > (frame.Left + frame.Right) / 2;
            yield return Line("limit", $"M{Number(frame.X(at))} {Number(frame.Top)}V{Number(frame.Bottom)}", GateFigures.Gate(gate));
            yield return labels.Fixed(
                "limit",
                frame.X(at) + (isRight ? -6 : 6),
                frame.Bottom - 8,
                isRight ? "end" : "start",
                $"{Wording.Searched(_search)} ≤ {Figures.Percent(at / 100)}"
            );
        }
    }

    private static XElement Glass(Frame frame, CandidateWindow crowd) => Tag(
        "rect.glass",
        Is("x", frame.X(crowd.Left)),
        Is("y", frame.Y(crowd.High)),
        Is("width", frame.X(crowd.Right) - frame.X(crowd.Left)),
        Is("height", frame.Y(crowd.Low) - frame.Y(crowd.High)),
        Is("rx", 3),
        Tag("title", "shown larger in the plot beside"));

    private XElement Mark(Frame frame, CandidatePoint point)
    {
        var (candidate, size, value) = point;
        var early = Wording.StoppedEarly(_search, candidate);
        var outcome = candidate.Passes ? "passes" : "fails " + string.Join(", ", candidate.Failed);
        return Tag(
            $"g.mark.{(candidate.Passes ? "passed" : "failed")}{(early ? ".early" : "")}{(IsChosen(point) ? ".chosen" : "")}",
            Is("data-candidate", candidate.Number),
            Is("transform", $"translate({Number(frame.X(size))} {Number(frame.Y(value))})"),
            Tag(
                "title",
                $"Candidate {candidate.Number}: {Figures.Amount(_search, candidate.Cost)}, {Figures.Percent(size / 100)} of the original; "
                    + $"{metric} {Value(value)} on {Wording.Samples(candidate.Samples)}; {outcome}"
            ),
            IsChosen(point) ? Tag("circle.ring", Is("r", 10)) : null,
            candidate.Passes ? Tag("circle.shape", Is("r", 5)) : Tag("path.shape", Is("d", "M0 -6.5L6.5 0L0 6.5L-6.5 0Z")));
    }

    private XElement? Label(Frame frame, LabelPlaces labels, CandidatePoint point)
    {
        var number = point.Candidate.Number.ToString(CultureInfo.InvariantCulture);
        return IsChosen(point)
            ? labels.Beside("chosen", frame.X(point.Size), frame.Y(point.Value), 14, number + ", taken")
            : labels.Beside("number", frame.X(point.Size), frame.Y(point.Value), 9, number);
    }

    private static XElement Line(string style, string path, string title) => Tag("path." + style, Is("d", path), Tag("title", title));

    private bool IsChosen(CandidatePoint point) => point.Candidate.Number == _search.Chosen;

    private string Value(double value) => Figures.Metric(metric, _scale.IsPercent ? value / 100 : value);
}

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
