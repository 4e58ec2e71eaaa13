using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>What every step did to every layer.</summary>
internal static class LayerSection
{
    public static IEnumerable<XElement> Of(ModelReport model) =>
        model.Steps.Select(
            (step, index) =>
                Tag(
                    "section",
                    Tag(
                        "h2",
                        model.Steps.Count > 1 ? $"Step {index + 1}: {step.Method}" : "Layers",
                        Tag("span.aside", $" {(model.Steps.Count > 1 ? "" : step.Method + ", ")}{Wording.Rewritten(step)}")
                    ),
                    step.Layers.Count > 0 ? Table(model, step) : null
                )
        );

    private static XElement Table(ModelReport model, StepReport step)
    {
        var isTimed = model.Times.Count > 0;
        List<Column> columns =
        [
            new("layer"),
            new("ranks", true),
            new("Σ-error", true),
            new("parameters", true),
            new("left", true),
            new("multiply-adds", true),
            new("left", true),
        ];
        if (isTimed)
        {
            columns.Add(new("measured time", true));
        }

        return Tables.Of([.. columns, new("note")], step.Layers.Select(layer => Row(model, layer, isTimed)));
    }

    private static XElement Row(ModelReport model, LayerOutcome layer, bool isTimed)
    {
        var isRewritten = layer.SkipReason is null;
        return Tag(
            isRewritten ? "tr" : "tr.alone",
            Tag("th.name", Is("scope", "row"), Names.Of(layer.Layer)),
            Tables.Number(layer.ChosenText),
            Tables.Number(layer.RelativeError is { } error ? Figures.Number(error) : "–"),
            Tables.Number(Pair(layer.ParametersBefore, layer.ParametersAfter, isRewritten)),
            Tables.Number(isRewritten ? Figures.Ratio(layer.ParametersAfter, layer.ParametersBefore) : "–"),
            Tables.Number(Pair(layer.MacsBefore, layer.MacsAfter, isRewritten)),
            Tables.Number(isRewritten && layer is { MacsBefore: > 0, MacsAfter: not null } ? Figures.Ratio(layer.MacsAfter, layer.MacsBefore) : "–"),
            isTimed ? Time(model.Times.FirstOrDefault(time => time.Layer == layer.Layer)) : null,
            Tag("td.note", Wording.Note(layer)));
    }

    private static string Pair(long? before, long? after, bool isRewritten) => (before, after) switch
    {
        (null, _) or (_, null) => "–",
        _ => isRewritten ? $"{Figures.Count(before)} → {Figures.Count(after)}" : Figures.Count(before),
    };

    private static XElement Time(LayerTime? time)
    {
        if (time is null || Figures.Known(time.Ratio) is not { } ratio)
        {
            return Tables.Number("–");
        }

        var style = time switch
        {
            { Upper: < 1 } => "good",
            { Lower: > 1 } => "bad",
            _ => "even",
        };
        return Tables.Number(
            Is("title", $"{Figures.Seconds(time.OriginalSeconds)} → {Figures.Seconds(time.Seconds)}"),
            Tag("span." + style, Figures.Percent(ratio)),
            time.Reverted ? Tag("span.tag", "reverted") : time.Stored ? Tag("span.tag", "so stored") : null,
            Tag("div.range", $"{Figures.Percent(time.Lower)} to {Figures.Percent(time.Upper)}"));
    }
}
