using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Whether an evaluation may stop because its first samples decide the gates. It is for choosing among candidates: the final decision always needs all samples,
/// and samples that are sorted, by class for example, can mislead it.
/// </summary>
internal static class EarlyVerdict
{
    /// <summary>One-sided, at every look; far above the gates' own, since it is asked several times for each of many candidates.</summary>
    private const double Confidence = 0.999;

    /// <summary>What <paramref name="partial"/> says about the gates on metrics of it that are errors; other gates are left out.</summary>
    /// <param name="gates">The model's gates.</param>
    /// <param name="partial">The evaluation so far.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public static EarlyOutcome Of(IEnumerable<GatePlan> gates, EvaluationResult partial, int seed)
    {
        var outcomes = gates
            .Where(gate => gate is { Severity: DiagnosticSeverity.Error, IsByCommand: false } && MetricCatalogue.TryGet(gate.Metric, out _))
            .Select(gate => partial.Find(gate.Metric) is { } scores ? Of(gate, scores, seed) : EarlyOutcome.Unknown)
            .ToList();
        return outcomes.Contains(EarlyOutcome.Fail) ? EarlyOutcome.Fail
            : outcomes.Contains(EarlyOutcome.Unknown) ? EarlyOutcome.Unknown
            : EarlyOutcome.Pass;
    }

    private static EarlyOutcome Of(GatePlan gate, MetricScores scores, int seed) =>
        scores.Problem is not null ? EarlyOutcome.Fail
        : scores.Joint is not null || scores.Samples == 0 ? EarlyOutcome.Unknown
        : gate.Bound is GateBound.Min or GateBound.Max ? OfValue(gate, scores, seed)
        : scores.Metric.Scores == ScoreKind.ZeroOrOne ? OfCounts(gate, scores)
        : OfMeans(gate, scores, seed);

    private static EarlyOutcome OfValue(GatePlan gate, MetricScores scores, int seed)
    {
        var limit = MetricGate.Limit(gate, scores);
        return ValueGate.Interval(scores, seed, (2 * Confidence) - 1) is not { } interval ? EarlyOutcome.Unknown
            : gate.Bound == GateBound.Min ? Decide(interval.Lower >= limit, interval.Upper < limit)
            : Decide(interval.Upper <= limit, interval.Lower > limit);
    }

    private static EarlyOutcome OfCounts(GatePlan gate, MetricScores scores)
    {
        var (counts, limit) = (CountedChange.Count(scores), MetricGate.Limit(gate, scores));
        return Decide(DropBound.IsWithin(counts, limit, Confidence), DropBound.IsBeyond(counts, limit, Confidence));
    }

    private static EarlyOutcome OfMeans(GatePlan gate, MetricScores scores, int seed)
    {
        var limit = new ChangeLimit(gate, scores);
        var excess = new StudentizedBootstrap(AveragedChange.Excesses(scores, limit), seed);
        return Decide(excess.Upper(Confidence) <= limit.Fixed, excess.Lower(Confidence) > limit.Fixed);
    }

    private static EarlyOutcome Decide(bool passes, bool fails) => passes ? EarlyOutcome.Pass : fails ? EarlyOutcome.Fail : EarlyOutcome.Unknown;
}
