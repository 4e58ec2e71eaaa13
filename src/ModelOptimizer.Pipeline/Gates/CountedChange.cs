using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Change of a metric whose scores are 0 or 1.</summary>
internal static class CountedChange
{
    public static Change Of(MetricScores scores, double limit, double? confidence)
    {
        var counts = Count(scores);
        var detail = scores.Metric.IsFidelity
            ? $"{GateText.Count(counts.Lost)} differ"
            : $"{GateText.Count(counts.Lost)} got worse, {GateText.Count(counts.Gained)} better";
        if (confidence is not { } level)
        {
            return new Change(counts.Drop, false, double.NaN, null, detail);
        }

        var within = DropBound.IsWithin(counts, limit, level);
        return new Change(
            counts.Drop,
            within,
            DropBound.Upper(counts, level, limit, within),
            within ? null : DropBound.SamplesNeeded(counts, limit, level),
            detail
        );
    }

    /// <summary>How many samples got worse, and how many better.</summary>
    public static PairedCounts Count(MetricScores scores) => scores.Metric.MoreIsBetter
        ? PairedCounts.From(scores.Original, scores.Compressed)
        : PairedCounts.From(scores.Compressed, scores.Original);
}
