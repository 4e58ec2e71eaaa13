using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>Builds candidates and evaluates them with the gates' own metrics, each once.</summary>
internal sealed class Trials(JobContext job, ModelExaminer examiner, SearchSpace space, int predicted)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<GatePlan> _constraints = SearchRules.Constraints(job.Model);
    private readonly List<SearchCandidate> _candidates = [];
    private long _least = long.MaxValue;

    /// <summary>Every candidate so far.</summary>
    public IReadOnlyList<SearchCandidate> Candidates => _candidates;

    /// <summary>
    /// Builds and evaluates a candidate; null when it is not smaller than those before it. Sizes of a list are estimates, and no gate has a say in that.
    /// </summary>
    public Trial? Evaluate(IReadOnlyDictionary<string, StepChoice> chosen)
    {
        if (!_known.Add(SearchSpace.Key(chosen)) || space.Build(chosen) is not { } model)
        {
            return null;
        }

        long? shipped = space.Measure == BudgetMeasure.Shipped ? job.Shipping!.BytesOf(model.Model) : null;
        var amount = SearchTrace.Amount(space.Measure, examiner.CostOf(model.Model) with { Shipped = shipped });
        if (amount >= _least)
        {
            return null;
        }

        _least = amount;
        return Try(chosen, model, shipped);
    }

    private Trial Try(IReadOnlyDictionary<string, StepChoice> chosen, CompressedModel model, long? shipped)
    {
        job.Progress.Report(new MethodProgress("search", _candidates.Count, Math.Max(predicted, _candidates.Count + 1)));
        // Some samples may be enough to know that it fails; that it passes is said by all of them.
        var evidence = examiner.ExamineCandidate(model.Model, partial => EarlyVerdict.Fails(_constraints, partial, job.Plan.Seed));
        evidence = evidence with { After = evidence.After with { Shipped = shipped ?? evidence.After.Shipped } };

        var failed = GateKeeper.Decide(_constraints, evidence).Where(verdict => verdict.Outcome != GateOutcome.Passed).ToList();
        var trial = new Trial(_candidates.Count + 1, chosen, model, evidence, failed);
        _candidates.Add(
            new SearchCandidate(
                trial.Number,
                space.Summary(chosen),
                SearchSpace.Forecast(chosen),
                evidence.After,
                evidence.Metrics,
                evidence.Evaluation?.Samples ?? 0,
                trial.Passes,
                [.. failed.Select(SearchText.Failed)]
            )
        );
        job.Say(SearchText.Line(job.Model.Name, _candidates[^1], space.Measure, SearchTrace.Amount(space.Measure, examiner.Original), examiner.Samples));
        return trial;
    }
}

/// <summary>A candidate as the search sees it.</summary>
/// <param name="Number">From 1, in the order tried.</param>
/// <param name="Chosen">What was done to every layer.</param>
/// <param name="Model">It.</param>
/// <param name="Evidence">What was measured.</param>
/// <param name="Failed">The gates on metrics that do not hold.</param>
internal sealed record Trial(
    int Number,
    IReadOnlyDictionary<string, StepChoice> Chosen,
    CompressedModel Model,
    GateEvidence Evidence,
    IReadOnlyList<GateVerdict> Failed
)
{
    public bool Passes => Failed.Count == 0;
}
