namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A candidate on the paper of a size-accuracy plot.</summary>
internal sealed record CandidatePoint(SearchCandidate Candidate, double Size, double Value);
