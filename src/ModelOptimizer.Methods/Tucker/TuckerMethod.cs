using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Methods.Tucker.Rewriting;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Tucker-2 under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class TuckerMethod : ICompressionMethod
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
        var work = new TuckerWork(context, TuckerOptions.From(arguments));
        if (work.Candidates.Count == 0)
        {
            throw NothingToCompress(work, work.Layers.Select(layer => (layer.Name, layer.Reason)));
        }

        List<ChosenRanks> chosen = [.. work.Layers.Where(layer => layer.Reason is not null).Concat(work.Measure()).Select(layer => new ChosenRanks(layer, null, Reason: layer.Reason))];
        chosen.AddRange(work.Candidates.Count == 0 ? [] : Choose(work));
        if (!chosen.Exists(choice => choice.Ranks is not null))
        {
            throw NothingToCompress(work, chosen.Select(choice => (choice.Layer.Name, choice.Reason)));
        }

        return Compress(work, chosen.ToDictionary(choice => choice.Layer.Name, StringComparer.Ordinal));
    }

    private static IReadOnlyList<ChosenRanks> Choose(TuckerWork work) => work.Options switch
    {
        { Ranks: { } map } => HandRanks.Choose(work, map),
        { SquaredErrorBound: { } bound } => BoundedRanks.Choose(work, bound),
        _ => new BudgetRanks(work, work.Options.Budget!).Choose(),
    };

    private static MethodResult Compress(TuckerWork work, Dictionary<string, ChosenRanks> chosen)
    {
        var replacements = new List<LayerReplacement>();
        var outcomes = new List<LayerOutcome>();
        foreach (var layer in work.Layers)
        {
            var (_, ranks, start, reason) = chosen[layer.Name];
            work.Context.Progress.Report(new MethodProgress(layer.Name, outcomes.Count, work.Layers.Count));
            if (ranks is not { } pair)
            {
                outcomes.Add(Outcome(layer) with { Reason = reason });
                continue;
            }

            var solver = work.SolverOf(layer);
            var (replacement, error) = solver.Solve(pair, start);
            replacements.Add(replacement);
            outcomes.Add(Outcome(layer) with
            {
                ParametersAfter = layer.Parameters(pair),
                MacsAfter = layer.Macs(pair),
                Ranks = layer.Shape.IsMatrix ? [pair.Output] : [pair.Output, pair.Input],
                RelativeError = error,
                Note = solver.Note,
            });
        }

        var model = GraphRewriter.Apply(work.Context.Model, replacements);
        return model.SizeInBytes < work.Context.Model.SizeInBytes
            ? new MethodResult(model, outcomes)
            : throw NothingToCompress(work, outcomes.Select(outcome => (outcome.Layer, outcome.Reason ?? ChoiceReasons.NotSmaller))!);
    }

    private static LayerOutcome Outcome(TuckerLayer layer) => new()
    {
        Layer = layer.Name,
        ParametersBefore = layer.Layer.WeightCount,
        ParametersAfter = layer.Layer.WeightCount,
        MacsBefore = layer.Reason is null ? layer.Macs(null) : null,
        MacsAfter = layer.Reason is null ? layer.Macs(null) : null,
    };

    private static DiagnosticException NothingToCompress(TuckerWork work, IEnumerable<(string Name, string? Reason)> layers)
    {
        var list = layers.Select(layer => $"{layer.Name}: {layer.Reason}").Take(5).ToList();
        var found = work.All.Count == 0 ? "the model has no Conv, Gemm or MatMul layers with a weight"
            : list.Count == 0 ? "the layer rules select no layer"
            : $"none of the {work.Layers.Count} selected layers can be made smaller ({string.Join("; ", list)}{(work.Layers.Count > list.Count ? "; …" : "")})";
        return new DiagnosticException(MethodCodes.NothingToCompress, $"there is nothing to compress: {found}. Choose other layers, lower ranks or a larger error, or remove the step.", work.Options.Position);
    }
}
