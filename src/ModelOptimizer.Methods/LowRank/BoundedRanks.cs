using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary><c>energy:</c> and <c>error:</c>: the fewest weights found whose error is within the bound, layer by layer.</summary>
internal static class BoundedRanks
{
    public static (IReadOnlyList<ChosenRanks> Chosen, IReadOnlyList<Series> Series) Choose(LowRankWork work, double squaredErrorBound)
    {
        var chosen = new List<ChosenRanks>();
        var series = new List<Series>();
        foreach (var layer in work.Candidates)
        {
            work.Context.Progress.Report(new MethodProgress($"ranks of {layer.Name}", chosen.Count, work.Candidates.Count));
            var curve = RankCurve.Of(work, layer);
            series.Add(Sensitivity.Of(layer, curve));
            var within = curve.Where(point => point.SquaredError <= squaredErrorBound).MinBy(point => layer.Parameters(point.Ranks));
            chosen.Add(within is not null && work.Costs.Pays(layer, within.Ranks)
                ? new ChosenRanks(layer, within.Ranks)
                : new ChosenRanks(layer, null, Reason: "no ranks within the error bound are smaller"));
        }

        return (chosen, series);
    }
}
