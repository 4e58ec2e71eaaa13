using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary><c>ranks:</c> as written, limited to what each layer can use.</summary>
internal static class HandRanks
{
    public static IReadOnlyList<ChosenRanks> Choose(LowRankWork work, LayerMap<RankSpec> map)
    {
        var names = work.Factorization.RankNames;
        var each = names.Count > 1 ? $" two as [{string.Join(", ", names)}]," : "";
        foreach (var (rule, ranks) in map.Entries)
        {
            if (ranks.Fraction is null && (ranks.Ranks.Count == 0 || ranks.Ranks.Count > names.Count || ranks.Ranks.Any(rank => rank < 1)))
            {
                throw new DiagnosticException(MethodCodes.BadRanks, $"the ranks of '{rule.Text}' are [{string.Join(", ", ranks.Ranks)}]. Expected one whole number from 1 up,{each} or a percentage.", rule.Position ?? work.Options.GoalPosition);
            }
        }

        var given = map.Assign(work.All);
        return [.. work.Candidates.Select(layer => Choose(work, layer, given.GetValueOrDefault(layer.Name)))];
    }

    private static ChosenRanks Choose(LowRankWork work, FactorLayer layer, RankSpec? spec)
    {
        if (spec is null)
        {
            return new ChosenRanks(layer, null, Reason: "no ranks are given for it");
        }

        var ranks = spec.Fraction is { } fraction ? layer.Form.Share(fraction) : layer.Form.Usable(layer.Form.Read(spec.Ranks));
        return work.Costs.Pays(layer, ranks) ? new ChosenRanks(layer, ranks) : new ChosenRanks(layer, null, Reason: ChoiceReasons.NotSmaller);
    }
}
