using System.Diagnostics;
using ModelOptimizer.Methods.Search;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>
/// <c>budget: auto</c>, the smallest model that passes every gate. The size given to the layers' allocation is bisected with real evaluations; then single layers
/// are given back to candidates that just fail (repair) and taken from the best that passes (squeeze).
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
    private static readonly Dictionary<string, string> NoneLeftOut = [];

    private readonly Trials _trials;
    private readonly ISearchSpace _space;
    private readonly LayerMoves _moves;
    private readonly SearchPace _pace;
    private readonly double _whole;
    private readonly SourcePosition _position;

    public GateSearch(JobContext job, ModelExaminer examiner, OnnxModel original, int rankMultiple)
    {
        var progress = new SwitchableProgress(job.Progress);
        var compressor = new ModelCompressor(job with { Progress = progress }, original, rankMultiple);
        var index = job.Model.Steps.TakeWhile(step => !step.IsSearched).Count();
        var step = job.Model.Steps[index];
        var before = compressor.Continue(new CompressedModel(original, []), index);
        _space = compressor.Explore(before);
        _moves = new LayerMoves(_space);
        _position = SearchRules.Position(job.Model);
        _whole = before.Model.SizeInBytes;
        _pace = SearchPace.Of(_space.Layers.Count, SearchOptions.Evaluations(step.Arguments));
        _trials = new Trials(job, compressor, examiner, before, _space, _pace);
        var clock = Stopwatch.StartNew();
        examiner.ExamineCandidate(original, null);
        progress.IsMuted = true;
        job.Say(SearchText.Announcement(job.Model.Name, _pace, _space.Layers.Count, examiner.Samples, clock.Elapsed));
    }

    /// <summary>The best candidate, or the one nearest to passing when none does.</summary>
    public (CompressedModel Model, SearchTrace Trace) Run()
    {
        Bisect();
        if (_trials.Candidates.Count == 0)
        {
            throw new DiagnosticException(MethodCodes.NothingToCompress, "there is nothing to search: no ranks make any of the selected layers smaller. Choose other layers, or remove the step.", _position);
        }

        if (_trials.Best is not null)
        {
            Repair();
            Squeeze();
            Confirm();
        }

        var chosen = _trials.Best ?? _trials.Failed.OrderBy(trial => trial.Failed.Count).ThenByDescending(trial => trial.Bytes).First();
        return (_trials.Build(chosen.Decisions)!, new SearchTrace(_pace.Expected, _pace.Most, chosen.Passes ? chosen.Number : null, _trials.Candidates));
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
        var low = Math.Max(1, _whole + _space.Layers.Sum(layer => layer.Choices[0].Bytes));
        var high = _whole;
        while (high > low * Resolution && _trials.Left > 0)
        {
            var size = Math.Sqrt(low * high);
            var trial = _space.AtSize(size, NoneLeftOut) is { } decisions ? _trials.Evaluate(decisions, "bisect") : null;
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
        var decisions = _space.AtSize(RepairFrom * _trials.Best!.Bytes, NoneLeftOut);
        while (decisions is not null && _trials.Left > 0)
        {
            var step = RepairStep * _trials.Best!.Bytes;
            var move = Ranked(_moves.Up(decisions, step), decisions).FirstOrDefault();
            if (move is null)
            {
                return;
            }

            decisions = move.Decisions;
            if (_trials.Evaluate(decisions, "repair", move.Note) is not { Passes: false } trial || trial.Bytes >= _trials.Best.Bytes)
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
                var move = Ranked(_moves.Down(best.Decisions, step * best.Bytes).Where(move => !refused.Contains(move.Layer)), best.Decisions).FirstOrDefault();
                if (move is null)
                {
                    break;
                }

                // A layer that could not give now cannot give when others have given more.
                if (_trials.Evaluate(move.Decisions, "squeeze", move.Note) is not { Passes: true })
                {
                    refused.Add(move.Layer);
                }
            }
        }
    }

    /// <summary>The best moves first: least damage per byte taken, or most repair per byte given, measured on the calibration samples where there are any.</summary>
    private IEnumerable<LayerMove> Ranked(IEnumerable<LayerMove> moves, IReadOnlyDictionary<string, LayerDecision> from)
    {
        static double Rate(double damage, double bytes) => damage / Math.Max(1, Math.Abs(bytes));
        var promising = moves.OrderBy(move => Rate(move.Penalty, move.Bytes)).ThenBy(move => move.Layer, StringComparer.Ordinal).Take(Looks).ToList();
        return promising.Count > 1 && _trials.Divergence(from) is { } now
            ? promising.OrderBy(move => Rate((_trials.Divergence(move.Decisions) ?? double.PositiveInfinity) - now, move.Bytes))
            : promising;
    }
}
