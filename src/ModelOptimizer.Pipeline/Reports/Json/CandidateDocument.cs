using ModelOptimizer.Pipeline.Search;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="SearchCandidate"/> as JSON.</summary>
internal sealed record CandidateDocument(
    int Number,
    string Phase,
    CostDocument Cost,
    IReadOnlyList<MetricDocument> Metrics,
    int Samples,
    bool Passes,
    IReadOnlyList<string> Failed,
    string? Note)
{
    public static CandidateDocument Of(SearchCandidate candidate) => new(
        candidate.Number,
        candidate.Phase,
        CostDocument.Of(candidate.Cost),
        [.. candidate.Metrics.Select(MetricDocument.Of)],
        candidate.Samples,
        candidate.Passes,
        candidate.Failed,
        candidate.Note);
}
