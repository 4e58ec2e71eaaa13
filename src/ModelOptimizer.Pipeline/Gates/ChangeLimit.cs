using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>How much worse a metric may get, and which way worse is.</summary>
internal readonly record struct ChangeLimit
{
    private readonly double _worse;
    private readonly double _share;
    private readonly double _sign;

    public ChangeLimit(GatePlan gate, MetricScores scores)
    {
        Value = MetricGate.Limit(gate, scores);
        _worse = scores.Metric.MoreIsBetter ? 1 : -1;
        _share = MetricGate.IsShare(gate, scores) ? gate.Limit.Value : 0;
        _sign = scores.OriginalValue < 0 ? -1 : 1;
    }

    /// <summary>The limit in the metric's own unit.</summary>
    public double Value { get; }

    /// <summary>The part of it that does not vary with the samples.</summary>
    public double Fixed => _share == 0 ? Value : 0;

    /// <summary>By how much <paramref name="compressed"/> is worse.</summary>
    public double Change(double original, double compressed) => _worse * (original - compressed);

    /// <summary>The part of the limit that is a share of the original's value, when that is <paramref name="original"/>.</summary>
    public double Moving(double original) => _share == 0 ? 0 : _share * _sign * original;
}
