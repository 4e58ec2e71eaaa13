using System.Diagnostics;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>
/// <c>budget: auto</c>, the smallest model that passes every gate. The size given to the layers' allocation is bisected with real evaluations; then single
/// layers are given back to candidates that just fail (repair) and taken from the best that passes (squeeze).
/// </summary>
internal sealed class GateSearch
{
    // Two sizes nearer than this are the same to a user.
    private const double Resolution = 1.01;
    private const double RepairFrom = 0.95;
    private const double RepairStep = 0.012;
    private static readonly double[] SqueezeSteps = [0.05, 0.02, 0.01, 0.004];

    // A label-free look at a candidate costs a part of an evaluation: only the most promising moves get one.
    private const int Looks = 6;

    private readonly SearchSpace _space;
    private readonly LayerMoves _moves;
    private readonly SearchPace _pace;
    private readonly Trials _trials;
    private readonly SourcePosition _position;

    private GateSearch(JobContext job, ModelExaminer examiner, SearchSpace space)
    {
        (_space, _moves, _position) = (space, new LayerMoves(space), SearchRules.Position(job.Model));
        _pace = SearchPace.Of(space.Layers.Count, SearchRules.Evaluations(job.Model));
        _trials = new Trials(job, examiner, space, _pace);
    }

    /// <summary>Explores what there is to choose, times one evaluation, and says what the search will take.</summary>
    /// <exception cref="DiagnosticException">There is nothing to choose.</exception>
    public static GateSearch Start(JobContext job, ModelExaminer examiner, OnnxModel original, int rankMultiple)
    {
        var progress = new SwitchableProgress(job.Progress);
        var space = SearchSpace.Explore(job, new ModelCompressor(job with { Progress = progress }, original, rankMultiple), original);
        var search = new GateSearch(job, examiner, space);
        var clock = Stopwatch.StartNew();
        examiner.ExamineCandidate(original, null);
        progress.IsMuted = true;
        job.Say(SearchText.Announcement(job.Model.Name, search._pace, space.Layers.Count, examiner.Samples, clock.Elapsed));
        return search;
    }

    /// <summary>The best candidate, or the one nearest to passing when none does.</summary>
    public (CompressedModel Model, SearchTrace Trace) Run()
    {
        Bisect();
        if (_trials.Candidates.Count == 0)
        {
            throw new DiagnosticException(
                MethodCodes.NothingToCompress,
                "there is nothing to search: no ranks and no bits make any of the selected layers smaller. Choose other layers, or remove the step.",
                _position
            );
        }

        if (_trials.Best is not null)
        {
            if (_space.MovesLayers)
            {
                Repair();
                Squeeze();
            }

            Confirm();
        }

        var chosen = _trials.Best ?? _trials.Failed.OrderBy(trial => trial.Failed.Count).ThenByDescending(trial => trial.Bytes).First();
        return (_space.Build(chosen.Chosen)!, new SearchTrace(_pace.Expected, _pace.Most, chosen.Passes ? chosen.Number : null, _trials.Candidates));
    }

    /// <summary>The last word has the full set of samples: a candidate that passed on a part of them may fail on all.</summary>
    private void Confirm()
    {
        while (_trials.Best is { IsComplete: false } best)
        {
            _trials.Complete(best);
        }
    }

    private void Bisect()
    {
        var low = Math.Max(1, _space.Whole + _space.Layers.Sum(layer => layer.Front[0].Choice.Bytes));
        double high = _space.Whole;
        while (high > low * Resolution && _trials.Left > 0)
        {
            var size = Math.Sqrt(low * high);
            var trial = _space.AtSize(size) is { } chosen ? _trials.Evaluate(chosen, "bisect") : null;
            if (trial is { IsHopeless: true })
            {
                return;
            }

            (low, high) = trial is { Passes: true } ? (low, Math.Min(size, trial.Bytes)) : (size, high);
        }
    }

    /// <summary>From an allocation that is too small: gives bytes back where they help most, until the gates pass or nothing is gained any more.</summary>
    private void Repair()
    {
        var chosen = _space.AtSize(RepairFrom * _trials.Best!.Bytes);
        while (chosen is not null && _trials.Left > 0)
        {
            var step = RepairStep * _trials.Best!.Bytes;
            var move = Ranked(_moves.Up(chosen, step), chosen).FirstOrDefault();
            if (move is null)
            {
                return;
            }

            chosen = move.Chosen;
            if (_trials.Evaluate(chosen, "repair", move.Note) is not { Passes: false } trial || trial.Bytes >= _trials.Best.Bytes)
            {
                return;
            }
        }
    }

    /// <summary>Takes bytes from one layer of the best candidate at a time, where it is expected to harm least, for as long as the gates pass.</summary>
    private void Squeeze()
    {
        foreach (var step in SqueezeSteps)
        {
            var refused = new HashSet<string>(StringComparer.Ordinal);
            while (_trials.Left > 0)
            {
                var best = _trials.Best!;
                var move = Ranked(_moves.Down(best.Chosen, step * best.Bytes).Where(move => !refused.Contains(move.Layer)), best.Chosen).FirstOrDefault();
                if (move is null)
                {
                    break;
                }

                // A layer that could not give now cannot give when others have given more. Sizes are estimates: one that gave may have gained nothing.
                if (_trials.Evaluate(move.Chosen, "squeeze", move.Note) is not { Passes: true } trial || trial.Bytes >= best.Bytes)
                {
                    refused.Add(move.Layer);
                }
            }
        }
    }

    /// <summary>
    /// The best moves first: least damage per byte taken, or most repair per byte given, measured on the calibration samples where there are any.
    /// </summary>
    private IEnumerable<LayerMove> Ranked(IEnumerable<LayerMove> moves, IReadOnlyDictionary<string, StepChoice> from)
    {
        static double Rate(double damage, double bytes) => damage / Math.Max(1, Math.Abs(bytes));
        var promising = moves.OrderBy(move => Rate(move.Penalty, move.Bytes)).ThenBy(move => move.Layer, StringComparer.Ordinal).Take(Looks).ToList();
        return promising.Count > 1 && _trials.Divergence(from) is { } now
            ? promising.OrderBy(move => Rate((_trials.Divergence(move.Chosen) ?? double.PositiveInfinity) - now, move.Bytes))
            : promising;
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

/// <summary>A candidate that differs from another one in one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">By how much the model changes.</param>
/// <param name="Penalty">By how much the expected damage changes.</param>
/// <param name="Chosen">What the candidate does to all layers.</param>
/// <param name="Note">What changed, in words.</param>
internal sealed record LayerMove(string Layer, double Bytes, double Penalty, IReadOnlyDictionary<string, StepChoice> Chosen, string Note);

/// <summary>Changes of one layer at a time.</summary>
internal sealed class LayerMoves(SearchSpace space)
{
    /// <summary>For every layer that can: the option nearest to its own that is at least <paramref name="bytes"/> smaller.</summary>
    public IEnumerable<LayerMove> Down(IReadOnlyDictionary<string, StepChoice> chosen, double bytes) =>
        Moves(chosen, (front, now) => front.LastOrDefault(option => option.Choice.Bytes <= now.Choice.Bytes - bytes));

    /// <summary>
    /// For every layer that can: the option nearest to its own that is at least <paramref name="bytes"/> larger; the layer as it was when none is.
    /// </summary>
    public IEnumerable<LayerMove> Up(IReadOnlyDictionary<string, StepChoice> chosen, double bytes) =>
        Moves(chosen, (front, now) => now.IsKeep ? null : front.FirstOrDefault(option => option.Choice.Bytes >= now.Choice.Bytes + bytes) ?? front[^1]);

    private IEnumerable<LayerMove> Moves(IReadOnlyDictionary<string, StepChoice> chosen, Func<IReadOnlyList<StepChoice>, StepChoice, StepChoice?> next)
    {
        foreach (var layer in space.Layers)
        {
            var front = layer.Front;
            var own = chosen.GetValueOrDefault(layer.Name);
            var now = front.FirstOrDefault(option => own is null ? option.IsKeep : option.Is(own)) ?? front[^1];
            if (next(front, now) is { } option && !option.Is(now))
            {
                var changed = new Dictionary<string, StepChoice>(chosen, StringComparer.Ordinal) { [layer.Name] = option };
                yield return new LayerMove(
                    layer.Name,
                    option.Choice.Bytes - now.Choice.Bytes,
                    option.Choice.Penalty - now.Choice.Penalty,
                    changed,
                    $"{layer.Name}: {space.Text(now)} to {space.Text(option)}"
                );
            }
        }
    }
}
