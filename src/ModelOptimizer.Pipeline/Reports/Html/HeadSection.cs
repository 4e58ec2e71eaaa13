using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Html.Tags;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>Which model, and whether it is good.</summary>
internal static class HeadSection
{
    public static XElement Of(ModelReport model) => Tag(
        "header",
        Tag("p.eyebrow", "Model compression report"),
        Tag("h1", model.Name, Tag($"span.verdict.{Style(model.Verdict)}", Sign(model.Verdict), " ", model.Verdict)),
        Tag("p.files", Tag("code", model.Source), Tag("span.arrow", " → "), model.Output is { } output ? Tag("code", output) : Tag("em", model.Verdict == Verdicts.Failed ? "not written, since a gate does not hold" : "not written")),
        Wording.ByTime(model) is { } note ? Tag("p.notice", note) : null);

    private static string Style(string verdict) => verdict switch
    {
        Verdicts.Passed => "good",
        Verdicts.Failed => "bad",
        _ => "fair",
    };

    private static string Sign(string verdict) => verdict switch
    {
        Verdicts.Passed => "✓",
        Verdicts.Failed => "✕",
        _ => "!",
    };
}
