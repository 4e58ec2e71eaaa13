using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>What the search tried.</summary>
internal static class SearchSection
{
    public static XElement? Of(ModelReport model)
    {
        if (model.Search is not { Candidates.Count: > 0 } search)
        {
            return null;
        }

        var plots = Metrics(model)
            .Select(metric => Tag("figure.candidates", new CandidatePlot(model, metric).Draw()))
            .Where(figure => figure.HasElements)
            .ToList();
        return Tag(
            "section",
            Tag("h2", "Search"),
            Tag("p.lead", Wording.Search(model)),
            plots,
            plots.Count > 0 ? Legend() : null,
            plots.Count > 0 && model.Gates.Any(gate => gate is { IsChange: true, Confidence: not null })
                ? Tag(
                    "p.lead",
                    "A candidate on the right side of a limit may still fail: a drop or a rise is decided by the bound of its interval, not by the number that "
                        + "is drawn."
                )
                : null,
            Table(model, search),
            search.Shares.Count > 0 ? Tag("h3", "What there was to choose") : null,
            search.Shares.Count > 0 ? Tag("p.lead", Wording.SharedOut) : null,
            search.Shares.Count > 0 ? LayerTable(search) : null);
    }

    private static XElement LayerTable(SearchTrace search) => Tables.Of(
        [new("layer"), new("choices"), new("taken"), new("saved", true), new("forecast", true)],
        search.Shares.Select(layer => Tag(
            "tr",
            Tag("td", Names.Of(layer.Layer)),
            Tag("td", layer.Offered),
            Tag("td", layer.Taken),
            Tables.Number(Figures.Amount(search.Measure, layer.Saved)),
            Tables.Number(Figures.Number(layer.Forecast)))));

    /// <summary>The metrics that gates are about; without such gates the first one measured.</summary>
    private static List<string> Metrics(ModelReport model)
    {
        var measured = model.Search!.Candidates.SelectMany(candidate => candidate.Metrics).Select(metric => metric.Metric).Distinct().ToList();
        var gated = model.Gates.Select(gate => gate.Metric).Distinct().Intersect(measured).ToList();
        return gated.Count > 0 ? gated : [.. measured.Take(1)];
    }

    private static XElement Legend() => Tag(
        "ul.legend",
        Key("mark.passed", Tag("circle.shape", Is("r", 5)), "all gates hold"),
        Key("mark.failed", Tag("path.shape", Is("d", "M0 -6L6 0L0 6L-6 0Z")), "a gate does not"),
        Key("mark.early", Tag("circle.shape", Is("r", 5)), "hollow: decided before all samples were looked at"),
        Key("mark.chosen", Tag("circle.ring", Is("r", 7)), "taken"),
        Tag("li", Tag("svg.key", Is("viewBox", "0 0 26 16"), Is("aria-hidden", "true"), Tag("path.limit", Is("d", "M1 8H25"))), "limit of a gate"));

    private static XElement Key(string style, XElement shape, string text) => Tag(
        "li",
        Tag("svg.key", Is("viewBox", "-13 -8 26 16"), Is("aria-hidden", "true"), Tag("g." + style, shape)),
        text);

    private static XElement Table(ModelReport model, SearchTrace search)
    {
        var metrics = search.Candidates.SelectMany(candidate => candidate.Metrics).Select(metric => metric.Metric).Distinct().ToList();
        return Tables.Of(
            [
                new("#", true),
                new(Wording.Searched(search), true),
                new("left", true),
                new("parameters", true),
                new("forecast", true),
                .. metrics.Select(name => new Column(name, true)),
                new("samples", true),
                new("verdict"),
                new("layers"),
            ],
            search.Candidates.Select(candidate =>
                Tag(
                    candidate.Number == search.Chosen ? "tr.chosen" : "tr",
                    Tables.Number(Figures.Count(candidate.Number)),
                    Tables.Number(Figures.Amount(search, candidate.Cost)),
                    Tables.Number(Figures.Ratio(search.Amount(candidate.Cost), search.OfOriginal(model.Before))),
                    Tables.Number(Figures.Count(candidate.Cost.Parameters)),
                    Tables.Number(Figures.Number(candidate.Forecast)),
                    metrics.Select(name =>
                        Tables.Number(
                            candidate.Metrics.FirstOrDefault(metric => metric.Metric == name) is { Compressed: var value } && double.IsFinite(value)
                                ? Figures.Metric(name, value)
                                : "–"
                        )
                    ),
                    Tables.Number(Figures.Count(candidate.Samples)),
                    Tag($"td.outcome.{(candidate.Passes ? "good" : "bad")}", Verdict(search, candidate)),
                    Tag("td.note", candidate.Summary)
                )
            )
        );
    }

    private static string Verdict(SearchTrace search, SearchCandidate candidate) =>
        (candidate.Passes ? "✓ passes" : "✕ " + string.Join("; ", candidate.Failed)) + (candidate.Number == search.Chosen ? ", taken" : "");
}
