using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>The numbers of a size-accuracy plot: size in percent of the original, and a metric, in percent where it is bounded.</summary>
internal sealed class CandidateScale
{
    public CandidateScale(ModelReport model, string metric)
    {
        IsPercent = Figures.IsPercent(metric);
        var unit = IsPercent ? 100 : 1;
        var reference = Reference(model, metric) * unit;
        Original = Known(model, metric) * unit;
        Points = [.. model.Search!.Candidates.SelectMany(candidate => candidate.Metrics
            .Where(pair => pair.Metric == metric && double.IsFinite(pair.Compressed))
            .Select(pair => new CandidatePoint(candidate, Share(model.Search!.Amount(candidate.Cost), model), pair.Compressed * unit)))];
        Limits = [.. model.Gates.Where(gate => gate.Metric == metric && double.IsFinite(gate.Required))
            .Select(gate => (gate, Limit(gate, reference, unit))).Where(limit => double.IsFinite(limit.Item2))];
        SizeLimits = [.. model.Gates.Where(gate => gate.Metric == Wording.Searched(model.Search) && double.IsFinite(gate.Required))
            .Select(gate => (gate, GateFigures.IsPercent(gate) ? 100 * gate.Required : Share(gate.Required, model)))];
    }

    public bool IsPercent { get; }

    /// <summary>The original's value; null where it has none.</summary>
    public double? Original { get; }

    public IReadOnlyList<CandidatePoint> Points { get; }

    /// <summary>Gates on the metric, at values of the metric.</summary>
    public IReadOnlyList<(GateVerdict Gate, double At)> Limits { get; }

    /// <summary>Gates on the size, in percent of the original.</summary>
    public IReadOnlyList<(GateVerdict Gate, double At)> SizeLimits { get; }

    /// <summary>Everything that is plotted.</summary>
    public CandidateWindow All =>
        CandidateWindow.Around(
            Points,
            SizeLimits.Select(limit => limit.At),
            Limits.Select(limit => limit.At).Concat(Original is { } original ? [original] : [])
        );

    private static double Share(double bytes, ModelReport model) => 100 * bytes / Math.Max(1, model.Search!.OfOriginal(model.Before));

    private static double Reference(ModelReport model, string metric) =>
        Known(model, metric)
        ?? (MetricCatalogue.TryGet(metric, out var found) && found is ISampleMetric { IsFidelity: true, Perfect: var perfect } ? perfect : double.NaN);

    private static double? Known(ModelReport model, string metric) =>
        Figures.Known(model.Metrics.FirstOrDefault(pair => pair.Metric == metric)?.Original ?? double.NaN);

    private static double Limit(GateVerdict gate, double reference, double unit) => gate.Bound switch
    {
        "max-drop" => reference - (gate.Required * unit),
        "max-rise" => reference + (gate.Required * unit),
        _ => gate.Required * unit,
    };
}
