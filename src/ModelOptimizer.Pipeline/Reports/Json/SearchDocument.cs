using ModelOptimizer.Pipeline.Search;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="SearchTrace"/> as JSON.</summary>
internal sealed record SearchDocument(int Predicted, int Most, int? Chosen, IReadOnlyList<CandidateDocument> Candidates)
{
    public static SearchDocument? Of(SearchTrace? trace) =>
        trace is null ? null : new(trace.Predicted, trace.Most, trace.Chosen, [.. trace.Candidates.Select(CandidateDocument.Of)]);
}
