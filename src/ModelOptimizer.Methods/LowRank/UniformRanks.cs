using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary><c>allocation: uniform</c>.</summary>
internal sealed class UniformRanks(LowRankWork work, BudgetMeasure measure) : IRankAllocation
{
    public IReadOnlyList<Series> Series => [];

    public IReadOnlyList<ChosenRanks>? Choose(double change)
    {
        var full = work.Candidates.SelectMany(layer => layer.Form.FullRanks);
        var fraction = UniformAllocator.Largest(full, at => work.Candidates.Sum(layer => ChangeAt(layer, at)), change);
        return fraction is { } found ? At(found) : null;
    }

    public IReadOnlyList<ChosenRanks> Smallest() => At(0);

    private IReadOnlyList<ChosenRanks> At(double fraction) =>
        [.. work.Candidates.Select(layer => ChangeAt(layer, fraction) < 0 ? new ChosenRanks(layer, layer.Form.Share(fraction)) : new ChosenRanks(layer, null, Reason: ChoiceReasons.NotSmaller))];

    private double ChangeAt(FactorLayer layer, double fraction)
    {
        var ranks = layer.Form.Share(fraction);
        return work.Costs.Pays(layer, ranks) ? Math.Min(0, work.Costs.Change(layer, ranks, measure)) : 0;
    }
}
