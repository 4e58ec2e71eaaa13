using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Whether a drop or rise says anything. An original that is not better than answers without a look at the samples has nothing to lose, and any model would
/// pass: the labels are not those of the samples, or the samples are not fed as the model wants them.
/// </summary>
internal static class ChanceCheck
{
    private const string Remedy = "check that 'labels:' are those of these samples, and that 'preprocess:' is what the model was trained with";

    /// <summary>The verdict on an original that is not shown to be better than chance; null when it is, and when chance is not known.</summary>
    public static GateVerdict? Objection(GatePlan gate, MetricScores scores, int seed)
    {
        if (scores.Chance?.Value is not { } chance)
        {
            return null;
        }

        var (blind, original) = chance.Joint?.Values ?? (chance.Original.Average(), chance.Compressed.Average());
        var rounding = 1e-12 * Math.Max(scores.Metric.MoreIsBetter ? 1 : 0, Math.Max(Math.Abs(blind), Math.Abs(original)));
        var isBetter = Sign(chance) * (original - blind) > rounding;
        if (isBetter && (gate.Confidence is not { } confidence || IsShown(chance, confidence, rounding, seed)))
        {
            return null;
        }

        var found = scores.Metric.IsFidelity
            ? "the original answers to all samples alike"
            : $"the original's {gate.Metric} is {MetricGate.Text(scores, original)} on {GateText.Samples(scores.Samples)}, and answers without a look at them "
                + $"reach {MetricGate.Text(scores, blind)}";
        return GateText.NotMeasured(gate, "") with
        {
            Outcome = isBetter ? GateOutcome.Undecided : GateOutcome.NotMeasured,
            Code = GateCodes.Chance,
            Message = isBetter
                ? $"{GateText.Of(gate)} is undecided: {found}, which is too near to show that it sees anything; {Remedy}, or evaluate on more samples."
                : $"{GateText.Of(gate)} measures nothing: {found}; {Remedy}.",
        };
    }

    // With few samples a bootstrap says nothing, and a count of them little: the measured numbers then do.
    private static bool IsShown(MetricScores chance, double confidence, double rounding, int seed)
    {
        if (chance.Samples < StudentizedBootstrap.LeastSamples)
        {
            return true;
        }

        if (chance.Metric.Scores == ScoreKind.ZeroOrOne)
        {
            var (samples, lost, gained) = CountedChange.Count(chance);
            return DropBound.IsBeyond(new PairedCounts(samples, gained, lost), 0, confidence);
        }

        var (sign, level) = (Sign(chance), 1 - GateLevel.Chance(confidence));
        var lower = chance.Joint is { } joint
            ? new JointBootstrap(joint, (blind, original) => sign * (original - blind), seed).Lower(level)
            : new StudentizedBootstrap([.. chance.Compressed.Zip(chance.Original, (original, blind) => sign * (original - blind))], seed).Lower(level);
        return lower > rounding;
    }

    private static int Sign(MetricScores scores) => scores.Metric.MoreIsBetter ? 1 : -1;
}
