using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Methods.Tucker.Rewriting;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>
/// <c>allocation: sigma</c>: every layer's error over its ranks, weighted by what that error does to the model's output. How far the effect of one layer alone
/// tells about many at once is not known beforehand: several weightings are tried, and the one whose model diverges least is taken.
/// </summary>
internal sealed class SigmaRanks : IRankAllocation
{
    private readonly TuckerWork _work;
    private readonly BudgetMeasure _measure;
    private readonly LayerEffects _effects;
    private readonly List<LayerTradeOff> _layers = [];
    private Weighting? _decided;

    private SigmaRanks(TuckerWork work, BudgetMeasure measure) => (_work, _measure, _effects) = (work, measure, LayerEffects.Start(work));

    /// <summary>Traces the curves and measures the effects: most of the time goes here.</summary>
    public static SigmaRanks Prepare(TuckerWork work, BudgetMeasure measure)
    {
        var result = new SigmaRanks(work, measure);
        foreach (var layer in work.Candidates)
        {
            work.Context.Progress.Report(new MethodProgress($"ranks of {layer.Name}", result._layers.Count, work.Candidates.Count));
            var solver = work.SolverOf(layer);
            var curve = RankCurve.Of(solver, work.Options, work.Context.Cancellation);
            result._layers.Add(new LayerTradeOff(layer, [.. curve.Where(point => work.Costs.Change(layer, point.Ranks, measure) < 0 && work.Costs.Pays(layer, point.Ranks))], result._effects.Of(solver, curve)));
        }

        return result;
    }

    public IReadOnlyList<ChosenRanks>? Choose(double change)
    {
        if (_decided is { } decided)
        {
            return Choose(change, decided);
        }

        if (Choose(change, Weighting.Blend) is not { } blend)
        {
            return null;
        }

        _decided = Weighting.Blend;
        // Large models are not built three times over.
        if (!_effects.IsUsable || !_work.KeepsSolvers)
        {
            return blend;
        }

        var (best, least) = (blend, Divergence(blend));
        foreach (var weighting in new[] { Weighting.Effect, Weighting.Error })
        {
            var other = Choose(change, weighting)!;
            if (Divergence(other) is var divergence && divergence < least)
            {
                (_decided, best, least) = (weighting, other, divergence);
            }
        }

        return best;
    }

    public IReadOnlyList<ChosenRanks> Smallest() => Named([.. _layers.Select(layer => layer.Options(Weighting.Error, Cost).MinBy(option => option.Cost)!)]);

    private List<ChosenRanks>? Choose(double change, Weighting weighting) =>
        LagrangianAllocator.Choose([.. _layers.Select(layer => layer.Options(weighting, Cost))], change) is { } chosen ? Named(chosen) : null;

    private double Cost(TuckerLayer layer, RankPair ranks) => _work.Costs.Change(layer, ranks, _measure);

    private double Divergence(List<ChosenRanks> chosen)
    {
        var replacements = chosen.Zip(_layers).Where(pair => pair.First.Ranks is not null)
            .Select(pair => _work.SolverOf(pair.First.Layer).Reconstructed(pair.Second.Points.First(point => point.Ranks == pair.First.Ranks)));
        return _effects.Divergence(GraphRewriter.Apply(_work.Context.Model, [.. replacements]));
    }

    private List<ChosenRanks> Named(IReadOnlyList<RankOption> chosen) =>
    [
        .. chosen.Zip(_layers, (option, layer) => option.Ranks is { } ranks
            ? new ChosenRanks(layer.Layer, ranks, layer.Points.First(point => point.Ranks == ranks).Start)
            : new ChosenRanks(layer.Layer, null, Reason: layer.Points.Count > 0 ? ChoiceReasons.WorthKeeping : ChoiceReasons.NotSmaller)),
    ];
}
