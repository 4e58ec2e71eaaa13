namespace ModelOptimizer.Methods.Common;

/// <summary>
/// Chooses one option for every layer with the least sum of penalties within a budget: along the lower convex hulls of all layers in the order of
/// gain per cost (which is optimal for every budget it stops at), then whatever single change still fits and gains most.
/// </summary>
internal static class LagrangianAllocator
{
    /// <summary>The choice for each layer; null when not even the cheapest options fit.</summary>
    /// <param name="layers">The options of each layer.</param>
    /// <param name="budget">The most that the sum of their costs may be.</param>
    /// <param name="finer">For each layer all options that what is left of the budget may go to; null for those of <paramref name="layers"/>.</param>
    public static IReadOnlyList<Alternative<T>>? Choose<T>(
        IReadOnlyList<IReadOnlyList<Alternative<T>>> layers,
        double budget,
        IReadOnlyList<IReadOnlyList<Alternative<T>>>? finer = null)
    {
        var fronts = layers.Select(Front).ToList();
        var hulls = fronts.Select(Hull).ToList();
        var position = new int[layers.Count];
        var left = budget - hulls.Sum(hull => hull[0].Cost);
        if (left < 0)
        {
            return null;
        }

        while (true)
        {
            var best = -1;
            var bestRate = 0.0;
            for (var layer = 0; layer < hulls.Count; layer++)
            {
                if (position[layer] + 1 < hulls[layer].Count)
                {
                    var (now, next) = (hulls[layer][position[layer]], hulls[layer][position[layer] + 1]);
                    var rate = (now.Penalty - next.Penalty) / (next.Cost - now.Cost);
                    if (rate > bestRate)
                    {
                        (best, bestRate) = (layer, rate);
                    }
                }
            }

            if (best < 0)
            {
                break;
            }

            var cost = hulls[best][position[best] + 1].Cost - hulls[best][position[best]].Cost;
            if (cost > left)
            {
                break;
            }

            left -= cost;
            position[best]++;
        }

        var chosen = hulls.Select((hull, layer) => hull[position[layer]]).ToArray();
        Fill(chosen, finer is null ? fronts : [.. finer.Select(Front)], left);
        return chosen;
    }

    private static void Fill<T>(Alternative<T>[] chosen, List<List<Alternative<T>>> fronts, double left)
    {
        while (true)
        {
            var best = -1;
            Alternative<T>? option = null;
            var bestGain = 0.0;
            for (var layer = 0; layer < chosen.Length; layer++)
            {
                // Along a front the penalty falls with the cost: the last that fits gains most.
                var fitting = fronts[layer].FindLast(other => other.Cost <= chosen[layer].Cost + left);
                if (fitting is not null && chosen[layer].Penalty - fitting.Penalty > bestGain)
                {
                    (best, option, bestGain) = (layer, fitting, chosen[layer].Penalty - fitting.Penalty);
                }
            }

            if (best < 0)
            {
                return;
            }

            left -= option!.Cost - chosen[best].Cost;
            chosen[best] = option;
        }
    }

    /// <summary>The options that no cheaper one beats, by rising cost and falling penalty.</summary>
    public static List<Alternative<T>> Front<T>(IReadOnlyList<Alternative<T>> options)
    {
        var front = new List<Alternative<T>>();
        foreach (var option in options.OrderBy(option => option.Cost).ThenBy(option => option.Penalty))
        {
            if (front.Count == 0 || option.Penalty < front[^1].Penalty)
            {
                front.Add(option);
            }
        }

        return front;
    }

    private static List<Alternative<T>> Hull<T>(List<Alternative<T>> front)
    {
        var hull = new List<Alternative<T>>();
        foreach (var option in front)
        {
            while (hull.Count > 1 && Rate(hull[^2], hull[^1]) <= Rate(hull[^1], option))
            {
                hull.RemoveAt(hull.Count - 1);
            }

            hull.Add(option);
        }

        return hull;
    }

    private static double Rate<T>(Alternative<T> from, Alternative<T> to) => (from.Penalty - to.Penalty) / (to.Cost - from.Cost);
}

/// <summary>One thing that could be done to a layer.</summary>
/// <param name="Item">It.</param>
/// <param name="Cost">What it would then count against the budget.</param>
/// <param name="Penalty">What it is expected to do to the model's output; any unit, but the same for all layers.</param>
internal sealed record Alternative<T>(T Item, double Cost, double Penalty);
