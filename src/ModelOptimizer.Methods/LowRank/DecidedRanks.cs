using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Ranks that a search or a lock file decided.</summary>
internal static class DecidedRanks
{
    public static IReadOnlyList<ChosenRanks> Choose(LowRankWork work, IReadOnlyDictionary<string, LayerDecision> decisions)
    {
        var gone = decisions.FirstOrDefault(decision => decision.Value.Ranks.Count > 0 && work.Candidates.All(layer => layer.Name != decision.Key)).Key;
        return gone is null
            ? [.. work.Candidates.Select(layer => Of(work, layer, decisions.GetValueOrDefault(layer.Name)))]
            : throw new DiagnosticException(MethodCodes.BadRanks, $"ranks are decided for '{gone}', which is no layer that this step can compress.", work.Options.Position);
    }

    public static ChosenRanks Of(LowRankWork work, FactorLayer layer, LayerDecision? decision)
    {
        if (decision is not { Ranks: { Count: > 0 } ranks })
        {
            return new ChosenRanks(layer, null, Reason: decision?.Reason ?? ChoiceReasons.NotChosen);
        }

        var pair = layer.Form.Read(ranks);
        return layer.Form.Write(pair).SequenceEqual(ranks) && ranks.All(rank => rank > 0) && layer.Form.Usable(pair) == pair
            ? new ChosenRanks(layer, pair)
            : throw new DiagnosticException(MethodCodes.BadRanks, $"the ranks [{string.Join(", ", ranks)}] that are decided for '{layer.Name}' do not fit it.", work.Options.Position);
    }
}
