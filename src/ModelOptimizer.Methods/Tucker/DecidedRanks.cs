using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Ranks that a search or a lock file decided.</summary>
internal static class DecidedRanks
{
    public static IReadOnlyList<ChosenRanks> Choose(TuckerWork work, IReadOnlyDictionary<string, LayerDecision> decisions)
    {
        var gone = decisions.FirstOrDefault(decision => decision.Value.Ranks.Count > 0 && work.Candidates.All(layer => layer.Name != decision.Key)).Key;
        return gone is null
            ? [.. work.Candidates.Select(layer => Of(work, layer, decisions.GetValueOrDefault(layer.Name)))]
            : throw new DiagnosticException(MethodCodes.BadRanks, $"ranks are decided for '{gone}', which is no layer that this step can compress.", work.Options.Position);
    }

    public static ChosenRanks Of(TuckerWork work, TuckerLayer layer, LayerDecision? decision)
    {
        if (decision is not { Ranks: { Count: > 0 } ranks })
        {
            return new ChosenRanks(layer, null, Reason: decision?.Reason ?? ChoiceReasons.NotChosen);
        }

        var pair = layer.Shape.IsMatrix ? new RankPair(ranks[0], layer.Shape.Inputs) : new RankPair(ranks[0], ranks[^1]);
        return ranks.Count == (layer.Shape.IsMatrix ? 1 : 2) && ranks.All(rank => rank > 0) && layer.Shape.Usable(pair) == pair
            ? new ChosenRanks(layer, pair)
            : throw new DiagnosticException(MethodCodes.BadRanks, $"the ranks [{string.Join(", ", ranks)}] that are decided for '{layer.Name}' do not fit it.", work.Options.Position);
    }
}
