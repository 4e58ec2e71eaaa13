using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Methods.Search;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Everything that a low-rank method could do to a model.</summary>
internal sealed class LowRankSearchSpace : ISearchSpace
{
    private readonly LowRankWork _work;
    private readonly IReadOnlyList<ChosenRanks> _unfit;
    private readonly SigmaRanks _ranks;
    private readonly LowRankBuilder _builder;
    private readonly double _whole;

    public LowRankSearchSpace(LowRankWork work, IReadOnlyList<ChosenRanks> unfit)
    {
        (_work, _unfit, _builder) = (work, unfit, new LowRankBuilder(work));
        _ranks = SigmaRanks.Prepare(work, BudgetMeasure.Size);
        _whole = work.Costs.Whole(BudgetMeasure.Size);
        Layers = [.. _ranks.Layers.Where(layer => layer.Points.Count > 0).Select(Choices)];
    }

    public IReadOnlyList<LayerChoices> Layers { get; }

    public IReadOnlyDictionary<string, LayerDecision>? AtSize(double bytes, IReadOnlyDictionary<string, string> without) =>
        _ranks.Best(bytes - _whole, without)?.Chosen.ToDictionary(choice => choice.Layer.Name, choice => new LayerDecision(Ranks(choice), choice.Reason), StringComparer.Ordinal);

    public MethodResult Build(IReadOnlyDictionary<string, LayerDecision> decisions) =>
        _builder.Build([.. _unfit, .. _work.Candidates.Select(layer => DecidedRanks.Of(_work, layer, decisions.GetValueOrDefault(layer.Name)))]) with { Series = _ranks.Series };

    public double? Divergence(OnnxModel compressed) => _ranks.Effects.IsUsable ? _ranks.Effects.Divergence(compressed) : null;

    private static IReadOnlyList<int> Ranks(ChosenRanks choice) => choice.Ranks is { } ranks ? choice.Layer.Form.Write(ranks) : [];

    private LayerChoices Choices(LayerTradeOff layer) => new(
        layer.Layer.Name,
        [.. LagrangianAllocator.Front(_ranks.Options(layer, Weighting.Blend)).Select(option => new LayerChoice(option.Ranks is { } ranks ? layer.Layer.Form.Write(ranks) : [], option.Cost, option.Penalty))]);
}
