using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>Evaluates candidates with the gates' own metrics.</summary>
/// <param name="job">The job.</param>
/// <param name="examiner">Evaluates.</param>
/// <param name="list">The candidates.</param>
internal sealed class Trials(JobContext job, ModelExaminer examiner, CandidateList list)
{
    private readonly IReadOnlyList<GatePlan> _constraints = SearchRules.Constraints(job.Model);
    private readonly List<SearchCandidate> _candidates = [];

    /// <summary>Every candidate so far.</summary>
    public IReadOnlyList<SearchCandidate> Candidates => _candidates;

    /// <summary>Whether a candidate passes all gates on metrics.</summary>
    public bool Passes(Candidate candidate)
    {
        job.Progress.Report(new MethodProgress("search", _candidates.Count, Math.Max(list.Sizes.Count, _candidates.Count + 1)));
        // Some samples may be enough to know that it fails; that it passes is said by all of them.
        var evidence = examiner.ExamineCandidate(candidate.Model.Model, partial => EarlyVerdict.Fails(_constraints, partial, job.Plan.Seed));
        evidence = evidence with { After = evidence.After with { Shipped = candidate.Shipped ?? evidence.After.Shipped, Nanoseconds = candidate.Nanoseconds } };
        var failed = GateKeeper.Decide(_constraints, evidence).Where(verdict => verdict.Outcome != GateOutcome.Passed).ToList();
        _candidates.Add(
            new SearchCandidate(
                _candidates.Count + 1,
                candidate.Summary,
                candidate.Forecast,
                evidence.After,
                evidence.Metrics,
                evidence.Evaluation?.Samples ?? 0,
                failed.Count == 0,
                [.. failed.Select(SearchText.Failed)]
            )
        );
        var original = SearchTrace.Amount(list.Measure, examiner.Original with { Nanoseconds = list.Nanoseconds });
        job.Say(SearchText.Line(job.Model.Name, _candidates[^1], list.Measure, original, examiner.Samples));
        return failed.Count == 0;
    }
}
