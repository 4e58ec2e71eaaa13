using ModelOptimizer.Methods.Options;
using ModelOptimizer.Methods.Search;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Tucker-2 under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class TuckerMethod : ISearchableMethod
{
    public string Name => "tucker";

    public string Summary => "Distribution-aware Tucker-2: convolutions and matrices as chains of smaller ones, with the least change on the calibration data.";

    public string Paper => "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, arXiv 2511.04494";

    public IReadOnlyList<MethodOption> Options => TuckerOptions.Declarations;

    public MethodPlan Plan(MethodContext context, MethodArguments arguments)
    {
        var work = new TuckerWork(context, TuckerOptions.From(arguments));
        return new MethodPlan(
            [.. work.Candidates.Select(layer => layer.Name)],
            (long)(work.Candidates.Sum(TuckerWork.MemoryOf) + (3 * work.Candidates.Select(TuckerWork.MemoryOf).DefaultIfEmpty().Max())),
            work.Candidates.Sum(layer => Effort.Predicted(layer.Shape, work.Options)));
    }

    public MethodResult Run(MethodContext context, MethodArguments arguments)
    {
        var (work, unfit) = Prepare(context, arguments);
        var (chosen, series) = work.Candidates.Count == 0 ? ([], []) : Choose(work);
        List<ChosenRanks> all = [.. unfit, .. chosen];
        return all.Exists(choice => choice.Ranks is not null)
            ? new TuckerBuilder(work).Build(all) with { Series = series }
            : throw TuckerBuilder.NothingToCompress(work, all.Select(choice => (choice.Layer.Name, choice.Reason)));
    }

    public ISearchSpace Explore(MethodContext context, MethodArguments arguments)
    {
        var (work, unfit) = Prepare(context, arguments);
        return work.Candidates.Count > 0
            ? new TuckerSearchSpace(work, unfit)
            : throw TuckerBuilder.NothingToCompress(work, unfit.Select(choice => (choice.Layer.Name, choice.Reason)));
    }

    private static (TuckerWork Work, IReadOnlyList<ChosenRanks> Unfit) Prepare(MethodContext context, MethodArguments arguments)
    {
        var work = new TuckerWork(context, TuckerOptions.From(arguments));
        return work.Candidates.Count == 0
            ? throw TuckerBuilder.NothingToCompress(work, work.Layers.Select(layer => (layer.Name, layer.Reason)))
            : (work, [.. work.Layers.Where(layer => layer.Reason is not null).Concat(work.Measure()).Select(layer => new ChosenRanks(layer, null, Reason: layer.Reason))]);
    }

    private static (IReadOnlyList<ChosenRanks> Chosen, IReadOnlyList<Series> Series) Choose(TuckerWork work)
    {
        switch (work)
        {
            case { Context.Decisions: { } decisions }:
                return (DecidedRanks.Choose(work, decisions), []);
            case { Options.Ranks: { } map }:
                return (HandRanks.Choose(work, map), []);
            case { Options.SquaredErrorBound: { } bound }:
                return BoundedRanks.Choose(work, bound);
            default:
                return new BudgetRanks(work, work.Options.Budget!).Choose();
        }
    }
}
