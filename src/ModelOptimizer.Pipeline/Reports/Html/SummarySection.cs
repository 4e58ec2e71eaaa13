using System.Xml.Linq;
using ModelOptimizer.Pipeline.Gates;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Which model, and whether it is good.</summary>
internal static class HeadSection
{
    public static XElement Of(ModelReport model)
    {
        var verdict = model.Verdict == Verdicts.Passed ? model.Verdict + Wording.Unmeasured(model) : model.Verdict;
        return Tag(
            "header",
            Tag("p.eyebrow", "Model compression report"),
            Tag("h1", model.Name, Tag($"span.verdict.{Style(verdict)}", Sign(verdict), " ", verdict)),
            Tag(
                "p.files",
                Tag("code", model.Source),
                Tag("span.arrow", " → "),
                model.Output is { } output
                    ? Tag("code", output)
                    : Tag("em", model.Verdict == Verdicts.Failed ? "not written, since a gate does not hold" : "not written")
            ),
            Wording.ByTime(model) is { } note ? Tag("p.notice", note) : null
        );
    }

    private static string Style(string verdict) =>
        verdict switch
        {
            Verdicts.Passed => "good",
            Verdicts.Failed => "bad",
            _ => "fair",
        };

    private static string Sign(string verdict) =>
        verdict switch
        {
            Verdicts.Passed => "✓",
            Verdicts.Failed => "✕",
            _ => "!",
        };
}

/// <summary>What the model costs and how good it is, before and after.</summary>
internal static class SummarySection
{
    public static XElement Of(ModelReport model) =>
        Tag(
            "section.tiles",
            Is("aria-label", "Before and after"),
            Cost("Size", model.Before.Bytes, model.After.Bytes, Figures.Bytes, Wording.Stripped(model)),
            model.After.Shipped is { } shipped ? Cost("Shipped", model.Before.Bytes, shipped, Figures.Bytes) : null,
            Cost("Parameters", model.Before.Parameters, model.After.Parameters, Figures.Count),
            Cost("Multiply-adds", model.Before.Macs, model.After.Macs, Figures.Count),
            model.Metrics.Select(Metric),
            model.OutputErrors is { } errors ? Outputs(errors) : null
        );

    private static XElement Outputs(OutputErrors errors) =>
        Tag(
            "div.tile",
            Tag("h3", "Output error"),
            Tag("p.value", errors.Worst is { } worst ? OutputText.Error(worst) : "not known"),
            Tag("p.from", OutputText.Of(errors))
        );

    private static XElement Cost(string name, long? before, long? after, Func<long, string> text, string? more = null)
    {
        var isKnown = before is > 0 && after is not null;
        return Tag(
            "div.tile",
            Tag("h3", name),
            Tag("p.value", after is { } now ? text(now) : "not known"),
            Tag(
                "p.from",
                (before, isKnown) switch
                {
                    (null, _) => "the shapes inside are not known",
                    ({ } was, true) => $"of {text(was)}, {Figures.Ratio(after, before)} left",
                    ({ } was, false) => $"of {text(was)}",
                }
            ),
            more is null ? null : Tag("p.from", more),
            isKnown ? Bar((double)after!.Value / before!.Value) : null
        );
    }

    private static XElement Metric(MetricPair metric)
    {
        var after = Figures.Known(metric.Compressed) ?? double.NaN;
        return Tag(
            "div.tile",
            Tag("h3", metric.Metric),
            Tag("p.value", double.IsNaN(after) ? "not known" : Figures.Metric(metric.Metric, after)),
            Tag(
                "p.from",
                Figures.Known(metric.Original) is { } before
                    ? $"from {Figures.Metric(metric.Metric, before)}"
                        + (Figures.Change(metric.Metric, before, after) is { Length: > 0 } change ? $", {change}" : "")
                    : "against the original's outputs"
            ),
            Tag("p.from", "on " + Wording.Samples(metric.Samples))
        );
    }

    private static XElement Bar(double share) =>
        Tag(
            "svg.bar",
            Is("viewBox", "0 0 100 4"),
            Is("preserveAspectRatio", "none"),
            Is("aria-hidden", "true"),
            Tag("rect.all", Is("width", 100), Is("height", 4)),
            Tag("rect.part", Is("width", 100 * Math.Clamp(share, 0, 1)), Is("height", 4))
        );
}
