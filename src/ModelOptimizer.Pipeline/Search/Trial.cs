using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>A candidate as the search sees it.</summary>
/// <param name="Number">From 1, in the order tried.</param>
/// <param name="Chosen">What was done to every layer.</param>
/// <param name="Evidence">What was measured.</param>
/// <param name="Failed">The gates on metrics that do not hold.</param>
internal sealed record Trial(int Number, IReadOnlyDictionary<string, Option> Chosen, GateEvidence Evidence, IReadOnlyList<GateVerdict> Failed)
{
    public bool Passes => Failed.Count == 0;

    /// <summary>Whether all samples were looked at.</summary>
    public bool IsComplete => Evidence.Evaluation?.IsComplete ?? true;

    public long Bytes => Evidence.After.Bytes;

    /// <summary>Whether a gate cannot be decided with this data at all, so that no other candidate will fare better.</summary>
    public bool IsHopeless => Failed.Any(verdict => verdict.Outcome == GateOutcome.NotMeasured);
}
