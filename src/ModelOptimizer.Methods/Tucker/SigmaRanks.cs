using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary><c>allocation: sigma</c>: every layer's error over its ranks, weighted by what that error does to the model's output.</summary>
internal sealed class SigmaRanks : IRankAllocation
{
    private readonly TuckerWork _work;
    private readonly List<IReadOnlyList<RankOption>> _options = [];
    private readonly List<Dictionary<RankPair, CurvePoint>> _points = [];

    private SigmaRanks(TuckerWork work) => _work = work;

    /// <summary>Traces the curves and measures the weights: most of the time goes here.</summary>
    public static SigmaRanks Prepare(TuckerWork work, BudgetMeasure measure)
    {
        var result = new SigmaRanks(work);
        var effects = LayerEffects.Start(work);
        foreach (var layer in work.Candidates)
        {
            work.Context.Progress.Report(new MethodProgress($"ranks of {layer.Name}", result._options.Count, work.Candidates.Count));
            var solver = work.SolverOf(layer);
            var curve = RankCurve.Of(solver, work.Options, work.Context.Cancellation);
            var effect = effects.Of(solver, curve);
            result._options.Add(
            [
                new RankOption(null, 0, 0),
                .. curve.Select(point => new RankOption(point.Ranks, work.Costs.Change(layer, point.Ranks, measure), effect.At(point.SquaredError)))
                    .Where(option => option.Cost < 0 && work.Costs.Pays(layer, option.Ranks!.Value)),
            ]);
            result._points.Add(curve.ToDictionary(point => point.Ranks));
        }

        return result;
    }

    public IReadOnlyList<ChosenRanks>? Choose(double change) => LagrangianAllocator.Choose(_options, change) is { } chosen ? Named(chosen) : null;

    public IReadOnlyList<ChosenRanks> Smallest() => Named([.. _options.Select(options => options.MinBy(option => option.Cost)!)]);

    private List<ChosenRanks> Named(IReadOnlyList<RankOption> chosen) =>
    [
        .. chosen.Select((option, i) => option.Ranks is { } ranks
            ? new ChosenRanks(_work.Candidates[i], ranks, _points[i][ranks].Start)
            : new ChosenRanks(_work.Candidates[i], null, Reason: _options[i].Count > 1 ? ChoiceReasons.WorthKeeping : ChoiceReasons.NotSmaller)),
    ];
}
