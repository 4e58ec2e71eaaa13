using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.Tucker;

/// <summary><c>ranks:</c> as written, limited to what each layer can use.</summary>
internal static class HandRanks
{
    public static IReadOnlyList<ChosenRanks> Choose(TuckerWork work, LayerMap<RankSpec> map)
    {
        foreach (var (rule, ranks) in map.Entries)
        {
            if (ranks.Fraction is null && (ranks.Ranks.Count is 0 or > 2 || ranks.Ranks.Any(rank => rank < 1)))
            {
                throw new DiagnosticException(MethodCodes.BadRanks, $"the ranks of '{rule.Text}' are [{string.Join(", ", ranks.Ranks)}]. Expected one whole number from 1 up, two as [R_T, R_S], or a percentage.", rule.Position ?? work.Options.GoalPosition);
            }
        }

        var rules = LayerSelector.Assign(work.All, [.. map.Entries.Select(entry => entry.Rule)]);
        return [.. work.Candidates.Select(layer => Choose(work, layer, rules[layer.Name] is >= 0 and var index ? map.Entries[index].Value : null))];
    }

    private static ChosenRanks Choose(TuckerWork work, TuckerLayer layer, RankSpec? spec)
    {
        if (spec is null)
        {
            return new ChosenRanks(layer, null, Reason: "no ranks are given for it");
        }

        var ranks = spec.Fraction is { } fraction ? layer.Shape.Share(fraction) : layer.Shape.Usable(new RankPair(spec.Ranks[0], layer.Shape.IsMatrix ? spec.Ranks.Min() : spec.Ranks[^1]));
        return work.Costs.Pays(layer, ranks) ? new ChosenRanks(layer, ranks) : new ChosenRanks(layer, null, Reason: ChoiceReasons.NotSmaller);
    }
}
