using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Whether an evaluation may stop because its first samples are enough to know that a gate does not hold. That all gates hold is said by all samples only, and
/// samples that are sorted, by class for example, can mislead it: a search may then end with a larger model than necessary, never with one that fails a gate.
/// </summary>
internal static class EarlyVerdict
{
    /// <summary>One-sided, at every look; far above the gates' own, since it is asked several times for each of many candidates.</summary>
    private const double Confidence = 0.999;

    /// <summary>Whether <paramref name="partial"/> leaves no hope for one of the gates on metrics of it that are errors; other gates are left out.</summary>
    /// <param name="gates">The model's gates.</param>
    /// <param name="partial">The evaluation so far.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public static bool Fails(IEnumerable<GatePlan> gates, EvaluationResult partial, int seed) => gates
        .Where(gate => gate.Severity == DiagnosticSeverity.Error && GateRules.IsOnSamples(gate))
        .Any(gate => partial.Find(gate.Metric) is { } scores && Fails(gate, scores, seed));

    private static bool Fails(GatePlan gate, MetricScores scores, int seed) =>
        scores.Problem is not null
        || (scores is { Joint: null, Samples: > 0 } && (gate.Bound is GateBound.Min or GateBound.Max ? OfValue(gate, scores, seed)
            : scores.Metric.Scores == ScoreKind.ZeroOrOne ? DropBound.IsBeyond(CountedChange.Count(scores), MetricGate.Limit(gate, scores), Confidence)
            : OfMeans(gate, scores, seed)));

    private static bool OfValue(GatePlan gate, MetricScores scores, int seed)
    {
        var limit = MetricGate.Limit(gate, scores);
        return ValueGate.Interval(scores, seed, (2 * Confidence) - 1) is { } interval
            && (gate.Bound == GateBound.Min ? interval.Upper < limit : interval.Lower > limit);
    }

    private static bool OfMeans(GatePlan gate, MetricScores scores, int seed)
    {
        var limit = new ChangeLimit(gate, scores);
        return new StudentizedBootstrap(AveragedChange.Excesses(scores, limit), seed).Lower(Confidence) > limit.Fixed;
    }
}
