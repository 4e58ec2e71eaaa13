using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Html.Tags;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>What had to hold, and whether it does.</summary>
internal static class GateSection
{
    public static XElement Of(ModelReport model) => Tag(
        "section",
        Tag("h2", "Gates"),
        model.Gates.Count == 0 ? Tag("p.lead", "The manifest has no gates for this model: nothing had to hold.") : null,
        model.Gates.Select(Gate));

    private static XElement Gate(GateVerdict gate) => Tag(
        "article.gate",
        Tag(
            "div.says",
            Tag("h3", Tag("code", GateFigures.Gate(gate)), Tag($"span.verdict.{Style(gate)}", Wording.Outcome(gate)), gate is { Severity: "warning" } ? Tag("span.aside", "only a warning") : null),
            Tag(
                "dl.figures",
                Figure("required", GateFigures.Required(gate)),
                Figure("measured", GateFigures.Measured(gate)),
                Figure(gate.Confidence is null ? "interval" : $"{GateFigures.Level(gate)} interval", gate.Confidence is null ? "none, decided by the number" : GateFigures.Interval(gate))),
            Tag("p.message", gate.Message)),
        IntervalPlot.Draw(gate));

    private static XElement Figure(string name, string value) => Tag("div", Tag("dt", name), Tag("dd", value));

    private static string Style(GateVerdict gate) => (gate.Holds, gate.Severity) switch
    {
        (true, _) => "good",
        (_, "warning") => "fair",
        _ => "bad",
    };
}
