using System.Diagnostics;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>Builds candidates and evaluates them with the gates' own metrics, each once, until the evaluations are used up.</summary>
internal sealed class Trials(JobContext job, ModelExaminer examiner, SearchSpace space, SearchPace pace)
{
    private readonly Dictionary<string, Trial> _known = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<GatePlan> _constraints = SearchRules.Constraints(job.Model);
    private readonly List<SearchCandidate> _candidates = [];
    private readonly Dictionary<string, double?> _divergences = new(StringComparer.Ordinal);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Every candidate so far.</summary>
    public IReadOnlyList<SearchCandidate> Candidates => _candidates;

    /// <summary>Evaluations left.</summary>
    public int Left => pace.Most - _candidates.Count;

    /// <summary>The smallest candidate that passes; null when none does.</summary>
    public Trial? Best => _known.Values.Where(trial => trial.Passes).OrderBy(trial => trial.Bytes).ThenBy(trial => trial.Number).FirstOrDefault();

    /// <summary>Every candidate that failed.</summary>
    public IEnumerable<Trial> Failed => _known.Values.Where(trial => !trial.Passes);

    /// <summary>Evaluates a candidate; null when evaluations are used up or the model would not become smaller.</summary>
    public Trial? Evaluate(IReadOnlyDictionary<string, StepChoice> chosen, string phase, string? note = null)
    {
        var key = SearchSpace.Key(chosen);
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Left <= 0 || space.Build(chosen) is not { } model)
        {
            return null;
        }

        return _known[key] = Try(chosen, model, phase, note, partial => EarlyVerdict.Of(_constraints, partial, job.Plan.Seed) != EarlyOutcome.Unknown);
    }

    /// <summary>Evaluates a candidate again, on all samples.</summary>
    public void Complete(Trial trial) =>
        _known[SearchSpace.Key(trial.Chosen)] = Try(trial.Chosen, space.Build(trial.Chosen)!, "final", $"candidate {trial.Number} on all samples", null);

    private Trial Try(IReadOnlyDictionary<string, StepChoice> chosen, CompressedModel model, string phase, string? note, Func<EvaluationResult, bool>? stop)
    {
        job.Progress.Report(new MethodProgress("search", _candidates.Count, pace.Predicted(_candidates.Count)));
        var evidence = examiner.ExamineCandidate(model.Model, stop);
        if (space.IsByRate)
        {
            evidence = evidence with { After = evidence.After with { Shipped = (job.Shipping ?? Shipping.AsPackage).BytesOf(model.Model) } };
        }

        var failed = GateKeeper.Decide(_constraints, evidence).Where(verdict => verdict.Outcome != GateOutcome.Passed).ToList();
        var trial = new Trial(_candidates.Count + 1, chosen, evidence, failed);
        _candidates.Add(
            new SearchCandidate(
                trial.Number,
                phase,
                evidence.After,
                evidence.Metrics,
                evidence.Evaluation?.Samples ?? 0,
                trial.Passes,
                [.. failed.Select(SearchText.Failed)],
                note
            )
        );
        job.Say(SearchText.Line(job.Model.Name, _candidates[^1], examiner.Original.Bytes, examiner.Samples, pace.Left(_candidates.Count, _clock.Elapsed)));
        return trial;
    }

    /// <summary>How far a candidate's outputs are from the original's without looking at labels; null when that cannot be said.</summary>
    public double? Divergence(IReadOnlyDictionary<string, StepChoice> chosen)
    {
        var key = SearchSpace.Key(chosen);
        if (!_divergences.TryGetValue(key, out var divergence))
        {
            job.Cancellation.ThrowIfCancellationRequested();
            _divergences[key] = divergence = space.Divergence(chosen);
        }

        return divergence;
    }
}

/// <summary>A candidate as the search sees it.</summary>
/// <param name="Number">From 1, in the order tried.</param>
/// <param name="Chosen">What was done to every layer.</param>
/// <param name="Evidence">What was measured.</param>
/// <param name="Failed">The gates on metrics that do not hold.</param>
internal sealed record Trial(int Number, IReadOnlyDictionary<string, StepChoice> Chosen, GateEvidence Evidence, IReadOnlyList<GateVerdict> Failed)
{
    public bool Passes => Failed.Count == 0;

    /// <summary>Whether all samples were looked at.</summary>
    public bool IsComplete => Evidence.Evaluation?.IsComplete ?? true;

    /// <summary>What the search makes small: the file, or what is shipped where that was measured.</summary>
    public long Bytes => Evidence.After.Shipped ?? Evidence.After.Bytes;

    /// <summary>Whether a gate cannot be decided with this data at all, so that no other candidate will fare better.</summary>
    public bool IsHopeless => Failed.Any(verdict => verdict.Outcome == GateOutcome.NotMeasured);
}
