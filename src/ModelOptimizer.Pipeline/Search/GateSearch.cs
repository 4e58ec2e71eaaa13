using System.Diagnostics;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>
/// <c>budget: auto</c>, the smallest model that passes every gate. The candidates are a list by falling size, made from the manifest and the calibration data
/// alone before a sample of the gates is looked at. It is walked from the largest on and ends at the first candidate that does not pass: the last one that
/// passed is taken. So every gate keeps its level, however many candidates there are (fixed-sequence testing: Maurer, Hothorn and Lehmacher 1995).
/// </summary>
internal sealed class GateSearch
{
    private readonly CandidateList _list;
    private readonly Trials _trials;
    private readonly ModelPlan _plan;
    private bool _isOutOfTime;

    private GateSearch(JobContext job, ModelExaminer examiner, CandidateList list) =>
        (_plan, _list, _trials) = (job.Model, list, new Trials(job, examiner, list));

    /// <summary>Explores what there is to choose, times one evaluation, and says what the search will take.</summary>
    /// <exception cref="DiagnosticException">There is nothing to choose.</exception>
    public static GateSearch Start(JobContext job, ModelExaminer examiner, OnnxModel original, int rankMultiple)
    {
        var progress = new SwitchableProgress(job.Progress);
        var list = new CandidateList(job, new ModelCompressor(job with { Progress = progress }, original, rankMultiple), original);
        var clock = Stopwatch.StartNew();
        examiner.ExamineCandidate(original, null);
        progress.IsMuted = true;
        job.Say(SearchText.Announcement(job.Model.Name, list.Sizes.Count, list.Layers, examiner.Samples, clock.Elapsed));
        return new GateSearch(job, examiner, list);
    }

    /// <summary>The last candidate that passed, or the first when it did not.</summary>
    public (CompressedModel Model, SearchTrace Trace) Run()
    {
        if (FixedSequence.Walk(Candidates(), _trials.Passes) is not var (candidate, passes))
        {
            throw new DiagnosticException(
                MethodCodes.NothingToCompress,
                _list.Measure == BudgetMeasure.Latency
                    ? "there is nothing to search: no ranks make any of the selected layers faster on this machine. Choose other layers, remove the step, or "
                        + "make something else small."
                    : "there is nothing to search: no ranks and no bits make any of the selected layers smaller. Choose other layers, or remove the step.",
                SearchRules.Position(_plan)
            );
        }

        int? chosen = passes ? _trials.Candidates.Count(trial => trial.Passes) : null;
        return (
            candidate.Model,
            new SearchTrace(_list.Sizes.Count, SearchRules.Evaluations(_plan), chosen, _trials.Candidates, candidate.Layers)
            {
                Measure = _list.Measure,
                Nanoseconds = _list.Nanoseconds,
                IsOutOfTime = _isOutOfTime,
            });
    }

    private IEnumerable<Candidate> Candidates()
    {
        var clock = Stopwatch.StartNew();
        foreach (var size in _list.Sizes)
        {
            // Time ends the walk between candidates, whatever they said: it does not choose among them.
            _isOutOfTime = _trials.Candidates.Count > 0 && clock.Elapsed > SearchRules.Time(_plan);
            if (_isOutOfTime)
            {
                yield break;
            }

            if (_list.Build(size) is { } candidate)
            {
                yield return candidate;
            }
        }
    }
}

/// <summary>Fixed-sequence testing: items in an order that nothing about the test chose, up to the first that does not pass.</summary>
internal static class FixedSequence
{
    /// <summary>The last item before the first that does not pass, or the first when that does not; null where there are none.</summary>
    /// <param name="items">Asked for one by one.</param>
    /// <param name="passes">Asked once for each.</param>
    public static (T Item, bool Passes)? Walk<T>(IEnumerable<T> items, Func<T, bool> passes)
    {
        (T Item, bool Passes)? taken = null;
        foreach (var item in items)
        {
            if (!passes(item))
            {
                return taken ?? (item, false);
            }

            taken = (item, true);
        }

        return taken;
    }
}

/// <summary>The sizes of the candidates of a search.</summary>
internal static class SizeList
{
    // Where the list begins: a forecast change of the outputs, as a share of their variance, that hardly changes an answer.
    private const double Invisible = 1e-4;

    // The same where every candidate is trained before it is measured, which takes long and brings back more than this.
    private const double Repairable = 2e-2;

    // Below this, seldom an answer changes: steps are large there, but for the one that would leave it.
    private const double Harmless = 1e-3;

    // From one size to the next. Smaller steps find a smaller model only where chance lets all of their candidates pass: with 5,000 samples and a limit of a
    // point a tenth is best (simulated, docs/search.md).
    private const double Large = 0.7;
    private const double Small = 0.9;

    // What makes a list shorter that is longer than the manifest allows.
    private const double Coarser = 1.1;

    /// <summary>Falling sizes.</summary>
    /// <param name="whole">Bytes, or multiply-adds, of the model as it is.</param>
    /// <param name="least">Those of the smallest candidate.</param>
    /// <param name="forecast">What a size is expected to do to the outputs; null where there is no such size.</param>
    /// <param name="isRepaired">Whether candidates are trained before they are measured.</param>
    /// <param name="most">How many sizes at most.</param>
    public static IReadOnlyList<double> Of(double whole, double least, Func<double, double?> forecast, bool isRepaired, int most)
    {
        for (var power = 1.0; ; power *= Coarser)
        {
            var sizes = new List<double>();
            var size = First(whole, least, forecast, isRepaired ? Repairable : Invisible);
            // A layer that is worth little in bytes may be worth much in time, and a size that falls by so much may change a thousand times as much.
            var harmless = First(whole, least, forecast, Harmless);
            while (size > least)
            {
                sizes.Add(size);
                size = Math.Max(size * Math.Pow(Large, power), Math.Min(size * Math.Pow(Small, power), harmless));
            }

            sizes.Add(least);
            if (sizes.Count <= most)
            {
                return sizes;
            }
        }
    }

    // The smallest size that changes no more.
    private static double First(double whole, double least, Func<double, double?> forecast, double change)
    {
        var (low, high) = (least, whole);
        for (var i = 0; i < 20; i++)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = !(forecast(middle) <= change) ? (middle, high) : (low, middle);
        }

        return high;
    }
}

/// <summary>Progress that can be switched off: a search builds the same layers again and again, and tells of candidates instead.</summary>
internal sealed class SwitchableProgress(IProgress<MethodProgress> inner) : IProgress<MethodProgress>
{
    public bool IsMuted { get; set; }

    public void Report(MethodProgress value)
    {
        if (!IsMuted)
        {
            inner.Report(value);
        }
    }
}
