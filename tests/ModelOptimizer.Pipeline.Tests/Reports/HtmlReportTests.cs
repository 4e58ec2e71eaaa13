using System.Globalization;
using System.Xml.Linq;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Reports;

public class HtmlReportTests
{
    private const string Hostile = "<script>alert('x')</script> \"a\" & b ]]> ünïcode Σ";

    public static TheoryData<string> Samples => ["searched", "small", "empty", "brief"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Page_needs_nothing_else(string sample)
    {
        var page = Page(sample);

        foreach (var word in new[] { "http:", "https:", "//", "src=", "@import", "url(", "<script", "javascript" })
        {
            page.Text.ShouldNotContain(word, Case.Insensitive);
        }

        page.All("use").ShouldAllBe(use => use.Attribute("href")!.Value.StartsWith('#'));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void No_element_is_closed_in_a_way_that_only_xml_understands(string sample)
    {
        // A browser takes <p/> for an open paragraph.
        string[] allowed = ["meta", "wbr", "br"];

        Page(sample).Root.DescendantsAndSelf().Where(element => element.IsEmpty).ShouldAllBe(element => allowed.Contains(element.Name.LocalName));
    }

    [Fact]
    public void Names_are_only_names()
    {
        var layer = new LayerOutcome { Layer = Hostile, ParametersBefore = 4, ParametersAfter = 2, RelativeError = 0.1, Note = Hostile };
        var series = new Series("sensitivity", Hostile, Hostile, Hostile, [new(0, 0), new(1, 1)]);
        var report = SampleReports.Small with
        {
            Name = Hostile,
            Steps = [new StepReport(Hostile, [layer], [.. Enumerable.Repeat(series, 8)], [new Certificate(Hostile, Hostile, 1, Hostile)])],
            Gates = [SampleReports.Small.Gates[0] with { Message = Hostile }],
            DeviceClass = Hostile,
        };

        var page = new HtmlPage(report);

        page.All("script").ShouldBeEmpty();
        page.Text.ShouldNotContain("<script");
        page.All("h1").Single().Value.ShouldStartWith(Hostile);
        page.All("th", "name").ShouldAllBe(cell => cell.Value == Hostile);
        page.All("figcaption").Count().ShouldBe(8);
        page.All("p", "message").Single().Value.ShouldBe(Hostile);
    }

    [Fact]
    public void Characters_that_xml_cannot_hold_are_replaced() =>
        new HtmlPage(SampleReports.Small with { Name = "a\u0001b\ud800c\U0001F600" }).All("title").First().Value.ShouldStartWith("a\ufffdb\ufffdc\U0001F600: ");

    [Theory]
    [InlineData("top1", 0)]
    [InlineData("cosine", 1)]
    public void Every_candidate_has_a_mark_where_its_numbers_are(string metric, int figure)
    {
        var plots = new HtmlPage(SampleReports.Searched)
            .All("figure", "candidates")
            .ElementAt(figure)
            .Descendants("svg")
            .Where(svg => ((string)svg.Attribute("class")!).Contains("whole", StringComparison.Ordinal))
            .ToList();

        plots.Count.ShouldBe(2);
        foreach (var plot in plots)
        {
            var (x, y) = (HtmlPage.Scale(plot, "x"), HtmlPage.Scale(plot, "y"));
            HtmlPage.Within(plot, "g", "mark").Count().ShouldBe(8);
            foreach (var candidate in SampleSearch.Trace.Candidates)
            {
                var mark = Mark(plot, candidate.Number);
                var value = 100 * candidate.Metrics.Single(pair => pair.Metric == metric).Compressed;
                Place(mark).X.ShouldBe(x(100.0 * candidate.Cost.Bytes / 1_109_834), 0.1);
                Place(mark).Y.ShouldBe(y(value), 0.1);
            }
        }
    }

    [Fact]
    public void The_enlarged_plot_puts_its_candidates_where_their_numbers_are()
    {
        var plot = new HtmlPage(SampleReports.Searched).All("svg", "wide", "near").First();

        foreach (var mark in HtmlPage.Within(plot, "g", "mark"))
        {
            var candidate = SampleSearch.Trace.Candidates[int.Parse(mark.Attribute("data-candidate")!.Value, CultureInfo.InvariantCulture) - 1];
            Place(mark).X.ShouldBe(HtmlPage.Scale(plot, "x")(100.0 * candidate.Cost.Bytes / 1_109_834), 0.1);
            Place(mark).Y.ShouldBe(HtmlPage.Scale(plot, "y")(100 * candidate.Metrics[0].Compressed), 0.1);
        }
    }

    [Fact]
    public void Marks_say_what_became_of_a_candidate()
    {
        var plot = new HtmlPage(SampleReports.Searched).All("svg", "wide", "whole").First();

        Classes(Mark(plot, 8)).ShouldBe(["mark", "failed", "early"]);
        Classes(Mark(plot, 3)).ShouldBe(["mark", "passed"]);
        Classes(Mark(plot, 7)).ShouldBe(["mark", "passed", "chosen"]);
        Mark(plot, 8).Element("path").ShouldNotBeNull();
        Mark(plot, 3).Element("circle").ShouldNotBeNull();
    }

    [Fact]
    public void Limits_of_gates_are_lines_at_the_limit()
    {
        var plot = new HtmlPage(SampleReports.Searched).All("svg", "wide", "whole").First();

        var paths = HtmlPage.Within(plot, "path", "limit").Select(path => path.Attribute("d")!.Value).ToList();

        // 92.6 % less one point, and 40 % of the size.
        paths.Count.ShouldBe(2);
        Coordinate(paths[0].Split(' ')[1].Split('H')[0]).ShouldBe(HtmlPage.Scale(plot, "y")(91.6), 0.1);
        Coordinate(paths[1].Split(' ')[0][1..]).ShouldBe(HtmlPage.Scale(plot, "x")(40), 0.1);
    }

    [Fact]
    public void Labels_on_a_plot_do_not_cover_each_other()
    {
        foreach (var plot in new HtmlPage(SampleReports.Searched).All("svg", "plot"))
        {
            var boxes = plot.Descendants("text").Select(Box).ToList();
            var covered = boxes.SelectMany(
                (one, i) =>
                    boxes
                        .Skip(i + 1)
                        .Where(other => one.Left < other.Right && other.Left < one.Right && one.Top < other.Bottom && other.Top < one.Bottom)
                        .Select(other => $"{one.Text} / {other.Text}")
            );
            covered.ShouldBeEmpty();
        }
    }

    [Fact]
    public void Intervals_hold_what_was_measured()
    {
        var intervals = new HtmlPage(SampleReports.Searched).All("svg", "interval").ToList();

        intervals.Count.ShouldBe(4);
        foreach (var bar in intervals.SelectMany(interval => HtmlPage.Within(interval, "g", "bar")))
        {
            var ends = bar.Elements("path").First().Attribute("d")!.Value[1..].Split(' ', 'H');
            var measured = HtmlPage.Number(bar.Parent!.Elements("circle").Single(), "cx");
            measured.ShouldBeInRange(Coordinate(ends[0]), Coordinate(ends[2]));
        }
    }

    [Fact]
    public void The_point_is_on_the_allowed_side_exactly_when_the_number_is()
    {
        foreach (var interval in new HtmlPage(SampleReports.Searched).All("svg", "interval"))
        {
            var (point, allowed) = (interval.Elements("circle").Single(), interval.Elements("rect").Single());
            var (left, width) = (HtmlPage.Number(allowed, "x"), HtmlPage.Number(allowed, "width"));
            var isInside = HtmlPage.Number(point, "cx") >= left && HtmlPage.Number(point, "cx") <= left + width;
            isInside.ShouldBe(Classes(point).Contains("passed"));
        }
    }

    [Fact]
    public void An_interval_without_an_upper_end_reaches_the_edge_with_an_arrow()
    {
        var gate = SampleReports.Verdict(
            "top1",
            GateBound.MaxDrop,
            0.01,
            "1%",
            GateOutcome.Undecided,
            0,
            (double.NegativeInfinity, double.PositiveInfinity),
            "too few"
        );

        var page = new HtmlPage(SampleReports.Small with { Gates = [gate] });

        page.All("path", "end").Count(end => end.Attribute("d")!.Value.Contains('L', StringComparison.Ordinal)).ShouldBe(2);
        page.All("dl", "figures").Single().Value.ShouldContain("not bounded by these samples");
    }

    [Fact]
    public void A_gate_without_a_number_has_no_plot()
    {
        var gate = SampleReports.Verdict("top1", GateBound.Min, 0.9, "90%", GateOutcome.NotMeasured, double.NaN, null, "could not be measured");

        var page = new HtmlPage(SampleReports.Small with { Gates = [gate] });

        page.All("svg", "interval").ShouldBeEmpty();
        page.Text.ShouldNotContain("NaN");
    }

    [Fact]
    public void Every_layer_has_its_row_and_its_curve()
    {
        var page = new HtmlPage(SampleReports.Searched);

        page.All("th", "name")
            .Count(cell => cell.Value.EndsWith("Conv", StringComparison.Ordinal) || cell.Value.EndsWith("Gemm", StringComparison.Ordinal))
            .ShouldBe(25);
        page.All("figure", "cell").Select(cell => cell.Element("figcaption")!.Value).ShouldBe(SampleLayers.Tucker.Layers.Select(layer => layer.Layer));
        page.All("circle", "here").Count().ShouldBe(SampleLayers.Tucker.Layers.Count(layer => layer.SkipReason is null));
    }

    [Fact]
    public void Times_have_a_column_only_when_something_was_timed()
    {
        Heads(SampleReports.Searched).ShouldContain("measured time");
        Heads(SampleReports.Small).ShouldNotContain("measured time");
    }

    [Fact]
    public void A_search_that_found_nothing_says_so()
    {
        var trace = new SearchTrace(3, 10, null, [.. SampleSearch.Trace.Candidates.Take(2)], []);

        var page = new HtmlPage(SampleReports.Searched with { Search = trace });

        page.All("p", "lead").ShouldContain(lead => lead.Value.Contains("bound of its interval", StringComparison.Ordinal));
        page.All("p", "lead").ShouldContain(lead => lead.Value.EndsWith("None passed every gate.", StringComparison.Ordinal));
        page.All("g", "mark", "chosen").Count().ShouldBe(1, "only the legend's");
    }

    [Fact]
    public void A_search_whose_metric_has_no_number_has_a_table_and_no_plot()
    {
        var candidate = SampleSearch.Trace.Candidates[0] with { Metrics = [new MetricPair("top1", 0.9, double.NaN, 10)] };

        var page = new HtmlPage(SampleReports.Searched with { Search = new SearchTrace(1, 1, null, [candidate], []) });

        page.All("figure", "candidates").ShouldBeEmpty();
        page.Text.ShouldNotContain("NaN");
    }

    [Fact]
    public void Decided_by_time_is_said_at_the_top()
    {
        new HtmlPage(SampleReports.Searched).All("p", "notice").Single().Value.ShouldStartWith("Decided by time");
        new HtmlPage(SampleReports.Searched with { DecidedByTime = false }).All("p", "notice").ShouldBeEmpty();
    }

    private static HtmlPage Page(string sample) => new(sample switch
    {
        "searched" => SampleReports.Searched,
        "small" => SampleReports.Small,
        "brief" => SampleReports.Brief,
        _ => SampleReports.Empty,
    });

    private static IEnumerable<string> Heads(ModelReport report) =>
        new HtmlPage(report).All("thead").SelectMany(head => head.Descendants("th")).Select(head => head.Value);

    private static XElement Mark(XElement plot, int number) =>
        HtmlPage.Within(plot, "g", "mark").Single(mark => mark.Attribute("data-candidate")!.Value == number.ToString(CultureInfo.InvariantCulture));

    private static string[] Classes(XElement element) => element.Attribute("class")!.Value.Split(' ');

    private static double Coordinate(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static (double X, double Y) Place(XElement mark)
    {
        var numbers = mark.Attribute("transform")!.Value["translate(".Length..^1].Split(' ');
        return (Coordinate(numbers[0]), Coordinate(numbers[1]));
    }

    // Six pixels a character is what twelve pixel high figures take.
    private static (double Left, double Top, double Right, double Bottom, string Text) Box(XElement text)
    {
        var (x, y, width) = (HtmlPage.Number(text, "x"), HtmlPage.Number(text, "y"), 6.0 * text.Value.Length);
        var left = text.Attribute("text-anchor")!.Value switch
        {
            "start" => x,
            "end" => x - width,
            _ => x - (width / 2),
        };
        return (left, y - 9, left + width, y, text.Value);
    }
}
