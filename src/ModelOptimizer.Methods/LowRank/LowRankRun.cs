using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Methods.Search;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Plan, run and search of a method that replaces layers by products of factors.</summary>
internal sealed class LowRankRun(MethodContext context, MethodArguments arguments, IFactorization factorization)
{
    private readonly LowRankWork _work = new(context, LowRankOptions.From(arguments), factorization);

    public MethodPlan Plan() => new(
        [.. _work.Candidates.Select(layer => layer.Name)],
        (long)(_work.Candidates.Sum(LowRankWork.MemoryOf) + (3 * _work.Candidates.Select(LowRankWork.MemoryOf).DefaultIfEmpty().Max())),
        _work.Candidates.Sum(Flops));

    public MethodResult Run()
    {
        var unfit = Prepare();
        var (chosen, series) = _work.Candidates.Count == 0 ? ([], []) : Choose();
        List<ChosenRanks> all = [.. unfit, .. chosen];
        return all.Exists(choice => choice.Ranks is not null)
            ? new LowRankBuilder(_work).Build(all) with { Series = series }
            : throw LowRankBuilder.NothingToCompress(_work, all.Select(choice => (choice.Layer.Name, choice.Reason)));
    }

    public ISearchSpace Explore()
    {
        var unfit = Prepare();
        return _work.Candidates.Count > 0
            ? new LowRankSearchSpace(_work, unfit)
            : throw LowRankBuilder.NothingToCompress(_work, unfit.Select(choice => (choice.Layer.Name, choice.Reason)));
    }

    private IReadOnlyList<ChosenRanks> Prepare() => _work.Candidates.Count == 0
        ? throw LowRankBuilder.NothingToCompress(_work, _work.Layers.Select(layer => (layer.Name, layer.Reason)))
        : [.. _work.Layers.Where(layer => layer.Reason is not null).Concat(_work.Measure()).Select(layer => new ChosenRanks(layer, null, Reason: layer.Reason))];

    private (IReadOnlyList<ChosenRanks> Chosen, IReadOnlyList<Series> Series) Choose()
    {
        switch (_work)
        {
            case { Context.Decisions: { } decisions }:
                return (DecidedRanks.Choose(_work, decisions), []);
            case { Options.Ranks: { } map }:
                return (HandRanks.Choose(_work, map), []);
            case { Options.SquaredErrorBound: { } bound }:
                return BoundedRanks.Choose(_work, bound);
            default:
                return new BudgetRanks(_work, _work.Options.Budget!).Choose();
        }
    }

    private double Flops(FactorLayer layer)
    {
        var shape = layer.Shape;
        double width = shape.Inputs * shape.Taps;
        var product = 2 * shape.Groups * shape.Outputs * width * width;
        var searched = _work.Options.Ranks is null && _work.Options.Budget?.Allocation != Allocation.Uniform;
        return product + (layer.Form is MatrixForm matrix ? 200 * Math.Pow(matrix.Full, 3) : factorization.Flops(layer.Form, searched));
    }
}
