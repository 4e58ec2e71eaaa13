using System.Globalization;

namespace ModelOptimizer.Methods.LowRank;

/// <summary><c>budget:</c> — what fits the whole model, checked on the model as it will be built.</summary>
internal sealed class BudgetRanks(LowRankWork work, Budget budget)
{
    // Estimates of sizes are a few bytes off: the budget inside is corrected by what the built model shows.
    private const int Corrections = 64;

    /// <summary>What the shapes alone tell, before anything is measured.</summary>
    /// <exception cref="DiagnosticException">The model is within the budget already, or would not be with the smallest ranks.</exception>
    public void RequirePossible()
    {
        var (whole, limit) = (work.Costs.Whole(budget.Measure), work.Costs.Limit(budget));
        if (whole <= limit)
        {
            throw new DiagnosticException(
                MethodCodes.NothingToCompress,
                $"the model's {Amount(whole)} are within the budget of {Amount(limit)} already. Lower the budget, or leave this step out.",
                work.Options.GoalPosition
            );
        }

        IReadOnlyList<ChosenRanks> smallest = budget.Allocation == Allocation.Uniform
            ? new UniformRanks(work, budget.Measure).Smallest()
            : [.. work.Candidates.Select(Smallest)];
        if (Exact(smallest) > limit)
        {
            throw TooSmall(limit, smallest);
        }
    }

    // Each rank 1 or full, since a factor more may take more bytes than it saves.
    private ChosenRanks Smallest(FactorLayer layer)
    {
        IEnumerable<int[]> corners = [[]];
        foreach (var full in layer.Form.FullRanks)
        {
            corners = corners.SelectMany(_ => new[] { 1, full }.Distinct(), (before, rank) => (int[])[.. before, rank]);
        }

        List<RankPair> pairs = [.. corners.Select(corner => layer.Form.Usable(layer.Form.Read(corner))).Where(pair => work.Costs.Pays(layer, pair))];
        return pairs.Count > 0
            ? new ChosenRanks(layer, pairs.MinBy(pair => work.Costs.Change(layer, pair, budget.Measure)))
            : new ChosenRanks(layer, null, Reason: ChoiceReasons.NotSmaller);
    }

    public (IReadOnlyList<ChosenRanks> Chosen, IReadOnlyList<Series> Series) Choose()
    {
        var (whole, limit) = (work.Costs.Whole(budget.Measure), work.Costs.Limit(budget));
        IRankAllocation allocation =
            budget.Allocation == Allocation.Uniform ? new UniformRanks(work, budget.Measure) : SigmaRanks.Prepare(work, budget.Measure);
        if (Fit(limit - whole, allocation.Choose, chosen => Exact(chosen) - limit) is { } fitting)
        {
            return (fitting, allocation.Series);
        }

        var smallest = allocation.Smallest();
        return Exact(smallest) <= limit ? (smallest, allocation.Series) : throw TooSmall(limit, smallest);
    }

    /// <summary>
    /// What <paramref name="choose"/> gives for <paramref name="change"/>, or for less where what it gives is too much by <paramref name="excess"/>; null when
    /// it gives nothing any more.
    /// </summary>
    public static T? Fit<T>(double change, Func<double, T?> choose, Func<T, double> excess)
        where T : class
    {
        var (correction, last) = (0.0, 0.0);
        for (var attempt = 0; attempt < Corrections && choose(change) is { } chosen; attempt++)
        {
            var above = excess(chosen);
            if (above <= 0)
            {
                return chosen;
            }

            // Where an allocation has room to spare the same ranks come again, which twice the correction ends soon.
            (correction, last) = (above == last ? 2 * correction : above, above);
            change -= correction;
        }

        return null;
    }

    private double Exact(IReadOnlyList<ChosenRanks> chosen) =>
        work.Costs.Exact([.. chosen.Where(choice => choice.Ranks is not null).Select(choice => (choice.Layer, choice.Ranks!.Value))], budget.Measure);

    private DiagnosticException TooSmall(double limit, IReadOnlyList<ChosenRanks> smallest)
    {
        var least = Exact(smallest);
        var original = work.Costs.OfOriginal(budget.Measure);
        var percent = Budget.LeastPercent(least, original);
        return new DiagnosticException(
            MethodCodes.BudgetTooSmall,
            $"the budget of {Amount(limit)} is below what is possible: with every selected layer at its smallest, {Amount(least)} remain, {percent} of the "
                + $"original's {Amount(original)}. What is not selected or cannot be compressed counts too. Raise the budget to {percent}, or select more "
                + "layers.",
            work.Options.GoalPosition);
    }

    private string Amount(double value) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{value:#,0} {budget.Measure switch { BudgetMeasure.Size => "bytes", BudgetMeasure.Params => "parameters", _ => "multiply-adds" }}"
        );
}

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
        [
            .. work.Candidates.Select(layer =>
                ChangeAt(layer, fraction) < 0
                    ? new ChosenRanks(layer, layer.Form.Share(fraction))
                    : new ChosenRanks(layer, null, Reason: ChoiceReasons.NotSmaller)
            ),
        ];

    private double ChangeAt(FactorLayer layer, double fraction)
    {
        var ranks = layer.Form.Share(fraction);
        return work.Costs.Pays(layer, ranks) ? Math.Min(0, work.Costs.Change(layer, ranks, measure)) : 0;
    }
}

/// <summary>A way to share a budget among layers.</summary>
internal interface IRankAllocation
{
    /// <summary>Ranks with which the model's measure changes by no more than <paramref name="change"/> (negative); null when none do.</summary>
    IReadOnlyList<ChosenRanks>? Choose(double change);

    /// <summary>What there is to plot of it.</summary>
    IReadOnlyList<Series> Series { get; }

    /// <summary>The ranks with which the model is smallest.</summary>
    IReadOnlyList<ChosenRanks> Smallest();
}

/// <summary>What was decided for one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Ranks">Its ranks; null leaves it alone.</param>
/// <param name="Reason">Why it is left alone.</param>
internal sealed record ChosenRanks(FactorLayer Layer, RankPair? Ranks, string? Reason = null)
{
    /// <summary>Whether its factors are stored; null where the step's options say.</summary>
    public bool? IsStored { get; init; }
}

/// <summary>Why a layer that could be compressed was not.</summary>
internal static class ChoiceReasons
{
    public const string NotSmaller = "its factors would not be smaller";

    public const string NotChosen = "no ranks were chosen for it";

    public const string WorthKeeping = "the budget is better saved elsewhere";
}
