using System.Xml.Linq;
using ModelOptimizer.Pipeline.Reports.Json;
using static ModelOptimizer.Pipeline.Reports.Html.Tags;

namespace ModelOptimizer.Pipeline.Reports.Html;

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
                Line("ranks", "from " + Wording.Ranks(model) + (model.RankMultiple > 1 ? $", in multiples of {Figures.Count(model.RankMultiple)}, which measured fastest" : "")),
                Line("measured times", model.DecidedByTime ? "had a say in what was rewritten" : "had no say in what was rewritten"),
                Line("calibrated on", Wording.Calibration(model)),
                Line("measured on", Wording.Evaluation(model)),
                Line("device", Wording.Device(model) + (model.DeviceNote is { } note ? $" ({note})" : "")),
                Line("ONNX Runtime", Wording.Runtime(model)),
                Line("ModelOptimizer", report.Tool),
                Line("manifest", Tag("code", report.Manifest)),
                Line("original", Tag("code.hash", model.SourceSha256 is { } hash ? "sha256 " + hash : "–")),
                Line("compressed", Tag("code.hash", "sha256 " + model.OutputSha256))));
    }

    private static XElement Line(string name, object value) => Tag("div", Tag("dt", name), Tag("dd", value));
}
