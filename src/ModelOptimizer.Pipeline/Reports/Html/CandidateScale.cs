using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Pipeline.Reports.Json;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>The numbers of a size-accuracy plot: size in percent of the original, and a metric, in percent where it is bounded.</summary>
internal sealed class CandidateScale
{
    public CandidateScale(ModelDocument model, string metric)
    {
        IsPercent = Figures.IsPercent(metric);
        var unit = IsPercent ? 100 : 1;
        var reference = Reference(model, metric) * unit;
        Original = model.Metrics.FirstOrDefault(pair => pair.Name == metric)?.Original * unit;
        Points = [.. model.Search!.Candidates.SelectMany(candidate => candidate.Metrics
            .Where(pair => pair is { Compressed: not null } && pair.Name == metric)
            .Select(pair => new CandidatePoint(candidate, Share(candidate.Cost.Bytes, model), pair.Compressed!.Value * unit)))];
        Limits = [.. model.Gates.Where(gate => gate.Metric == metric && gate.Required is not null)
            .Select(gate => (gate, Limit(gate, reference, unit))).Where(limit => double.IsFinite(limit.Item2))];
        SizeLimits = [.. model.Gates.Where(gate => gate.Metric == Gates.GateRules.Size && gate.Required is not null)
            .Select(gate => (gate, GateFigures.IsPercent(gate) ? 100 * gate.Required!.Value : Share(gate.Required!.Value, model)))];
    }

    public bool IsPercent { get; }

    /// <summary>The original's value; null where it has none.</summary>
    public double? Original { get; }

    public IReadOnlyList<CandidatePoint> Points { get; }

    /// <summary>Gates on the metric, at values of the metric.</summary>
    public IReadOnlyList<(GateDocument Gate, double At)> Limits { get; }

    /// <summary>Gates on the size, in percent of the original.</summary>
    public IReadOnlyList<(GateDocument Gate, double At)> SizeLimits { get; }

    /// <summary>Everything that is plotted.</summary>
    public CandidateWindow All => CandidateWindow.Around(Points, SizeLimits.Select(limit => limit.At), Limits.Select(limit => limit.At).Concat(Original is { } original ? [original] : []));

    private static double Share(double bytes, ModelDocument model) => 100 * bytes / Math.Max(1, model.Before.Bytes);

    private static double Reference(ModelDocument model, string metric) =>
        model.Metrics.FirstOrDefault(pair => pair.Name == metric)?.Original
        ?? (MetricCatalogue.TryGet(metric, out var found) && found is ISampleMetric { IsFidelity: true, Perfect: var perfect } ? perfect : double.NaN);

    private static double Limit(GateDocument gate, double reference, double unit) => gate.Bound switch
    {
        "max-drop" => reference - (gate.Required!.Value * unit),
        "max-rise" => reference + (gate.Required!.Value * unit),
        _ => gate.Required!.Value * unit,
    };
}
