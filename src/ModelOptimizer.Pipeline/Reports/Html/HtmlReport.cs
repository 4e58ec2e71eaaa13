using System.Text;
using System.Xml;
using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary><c>report.html</c>: one file that needs nothing else, neither scripts nor a network.</summary>
internal static class HtmlReport
{
    public static string Of(ReportDocument report)
    {
        var model = report.Model;
        return Write(
            Tag(
                "html",
                Is("lang", "en"),
                Tag(
                    "head",
                    Tag("meta", Is("charset", "utf-8")),
                    Tag("meta", Is("name", "viewport"), Is("content", "width=device-width, initial-scale=1")),
                    Tag("meta", Is("http-equiv", "Content-Security-Policy"), Is("content", "default-src 'none'; style-src 'unsafe-inline'")),
                    Tag("meta", Is("name", "color-scheme"), Is("content", "light dark")),
                    Tag("title", $"{model.Name}: {model.Verdict}"),
                    Tag("style", "\n" + Stylesheet.Text)
                ),
                Tag(
                    "body",
                    Tag(
                        "main",
                        HeadSection.Of(model),
                        SummarySection.Of(model),
                        GateSection.Of(model),
                        SearchSection.Of(model),
                        LayerSection.Of(model),
                        SeriesSection.Of(model),
                        CertificateSection.Of(model),
                        OriginSection.Of(report)
                    )
                )
            )
        );
    }

    private static string Write(XElement page)
    {
        var text = new StringBuilder("<!DOCTYPE html>\n");
        using (
            var writer = XmlWriter.Create(
                text,
                new XmlWriterSettings
                {
                    OmitXmlDeclaration = true,
                    Indent = true,
                    IndentChars = " ",
                    NewLineChars = "\n",
                }
            )
        )
        {
            page.Save(writer);
        }

        return text.Append('\n').ToString();
    }
}

/// <summary>How the report looks: <c>report.css</c>, which has no character that HTML or XML would escape.</summary>
internal static class Stylesheet
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

/// <summary>What the methods prove about their results.</summary>
internal static class CertificateSection
{
    public static XElement? Of(ModelReport model)
    {
        var all = model.Steps.SelectMany(step => step.Certificates).ToList();
        return all.Count == 0
            ? null
            : Tag(
                "section",
                Tag("h2", "Certificates"),
                Tag("p.lead", "Numbers that the methods prove, rather than estimate."),
                Tables.Of(
                    [new("layer or block"), new("certificate"), new("value", true), new("what it says")],
                    all.Select(certificate =>
                        Tag(
                            "tr",
                            Tag("th.name", Is("scope", "row"), Names.Of(certificate.Subject)),
                            Tag("td", certificate.Name),
                            Tables.Number(Figures.Known(certificate.Value) is { } value ? Figures.Number(value) : "–"),
                            Tag("td.note", certificate.Meaning)
                        )
                    )
                )
            );
    }
}

/// <summary>Where the result comes from.</summary>
internal static class OriginSection
{
    public static XElement Of(ReportDocument report)
    {
        var model = report.Model;
        return Tag(
            "section",
            Tag("h2", "Origin"),
            Tag(
                "dl.origin",
                Line(
                    "ranks",
                    "from "
                        + Wording.Ranks(model)
                        + (model.RankMultiple > 1 ? $", in multiples of {Figures.Count(model.RankMultiple)}, which measured fastest" : "")
                ),
                Line("measured times", model.DecidedByTime ? "had a say in what was rewritten" : "had no say in what was rewritten"),
                Line("calibrated on", Wording.Calibration(model)),
                Line("measured on", Wording.Evaluation(model)),
                Line("device", Wording.Device(model) + (model.DeviceNote is { } note ? $" ({note})" : "")),
                Line("ONNX Runtime", Wording.Runtime(model)),
                Line("ModelOptimizer", report.Tool),
                Line("manifest", Tag("code", report.Manifest)),
                Line("original", Tag("code.hash", model.SourceSha256 is { } hash ? "sha256 " + hash : "–")),
                Line("compressed", Tag("code.hash", "sha256 " + model.OutputSha256))
            )
        );
    }

    private static XElement Line(string name, object value) => Tag("div", Tag("dt", name), Tag("dd", value));
}

/// <summary>What had to hold, and whether it does.</summary>
internal static class GateSection
{
    public static XElement Of(ModelReport model) =>
        Tag(
            "section",
            Tag("h2", "Gates"),
            model.Gates.Count == 0 ? Tag("p.lead", "The manifest has no gates for this model: nothing had to hold.") : null,
            model.Gates.Select(Gate)
        );

    private static XElement Gate(GateVerdict gate) =>
        Tag(
            "article.gate",
            Tag(
                "div.says",
                Tag(
                    "h3",
                    Tag("code", GateFigures.Gate(gate)),
                    Tag($"span.verdict.{Style(gate)}", Wording.Outcome(gate)),
                    gate is { Severity: "warning" } ? Tag("span.aside", "only a warning") : null
                ),
                Tag(
                    "dl.figures",
                    Figure("required", GateFigures.Required(gate)),
                    Figure("measured", GateFigures.Measured(gate)),
                    Figure(
                        gate.Confidence is null ? "interval" : $"{GateFigures.Level(gate)} interval",
                        gate.Confidence is null ? "none, decided by the number" : GateFigures.Interval(gate)
                    )
                ),
                Tag("p.message", gate.Message)
            ),
            IntervalPlot.Draw(gate)
        );

    private static XElement Figure(string name, string value) => Tag("div", Tag("dt", name), Tag("dd", value));

    private static string Style(GateVerdict gate) =>
        (gate.Holds, gate.Severity) switch
        {
            (true, _) => "good",
            (_, "warning") => "fair",
            _ => "bad",
        };
}

/// <summary>What the methods have to plot, one plot for each name.</summary>
internal static class SeriesSection
{
    private const string Sensitivity = "sensitivity";

    public static IEnumerable<XElement> Of(ModelReport model)
    {
        // Two steps of one method have plots of one name, which are two plots.
        var plots = model.Steps.SelectMany(
            (step, index) =>
                step
                    .Series.Where(series => series.Points.Count > 0)
                    .GroupBy(series => series.Plot)
                    .Select(plot => (Step: step, Number: index + 1, Name: plot.Key, Lines: plot.ToList()))
        );
        return plots.Select(
            (plot, index) =>
                Tag(
                    "section",
                    Tag("h2", Title(plot.Name), model.Steps.Count > 1 ? Tag("span.aside", $" step {plot.Number}, {plot.Step.Method}") : null),
                    Tag("p.lead", Lead(plot.Name, plot.Lines)),
                    plot.Lines.Count > LinePlot.MostLines
                        ? new SmallMultiples(plot.Lines, $"lines-{index + 1}", line => Here(plot.Name, plot.Step, line)).Draw()
                        : LinePlot.Draw(plot.Lines)
                )
        );
    }

    private static string Title(string plot) => plot.Length == 0 ? "Series" : char.ToUpperInvariant(plot[0]) + plot[1..];

    private static string Lead(string plot, List<Series> lines)
    {
        var axes = Title($"{lines[0].Y} over {lines[0].X}");
        return (plot, lines.Count > LinePlot.MostLines) switch
        {
            (Sensitivity, true) =>
                $"{axes}. One layer each, with all the others in grey: the higher a line, the more the layer has to lose. The dot is where the layer is now.",
            (_, true) => $"{axes}. One line each, with all the others in grey.",
            _ => $"{axes}.",
        };
    }

    private static SeriesPoint? Here(string plot, StepReport step, Series line) =>
        plot == Sensitivity
        && step.Layers.FirstOrDefault(layer => layer.Layer == line.Name) is { RelativeError: { } error, SkipReason: null } layer
        && layer.ParametersBefore > 0
            ? new SeriesPoint((double)layer.ParametersAfter / layer.ParametersBefore, error)
            : null;
}
