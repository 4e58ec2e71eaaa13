using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>One model that a search tried.</summary>
/// <param name="Number">From 1, in the order tried.</param>
/// <param name="Phase">What it was tried for: <c>bisect</c>, <c>repair</c>, <c>squeeze</c>, <c>final</c>.</param>
/// <param name="Cost">Bytes, weights and multiply-adds.</param>
/// <param name="Metrics">The metrics, on the samples looked at.</param>
/// <param name="Samples">How many samples were looked at; fewer than all when they decided already.</param>
/// <param name="Passes">Whether all gates of severity <c>error</c> hold as far as the samples looked at tell.</param>
/// <param name="Failed">The gates that do not, as written, with <c>(undecided)</c> where the samples do not decide; empty when all hold.</param>
/// <param name="Note">What was changed against an earlier candidate; null for none.</param>
public sealed record SearchCandidate(
    int Number,
    string Phase,
    ModelCost Cost,
    IReadOnlyList<MetricPair> Metrics,
    int Samples,
    bool Passes,
    IReadOnlyList<string> Failed,
    string? Note);
