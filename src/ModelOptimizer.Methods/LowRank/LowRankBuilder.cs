namespace ModelOptimizer.Methods.LowRank;

/// <summary>Turns chosen ranks into a model. It keeps solved layers as far as memory allows: candidates of a search share most of theirs.</summary>
internal sealed class LowRankBuilder(LowRankWork work)
{
    private const long MostKeptWeights = 125_000_000;

    private long _keptWeights;
    private readonly Dictionary<(string Layer, RankPair Ranks), SolvedLayer> _solved = [];

    /// <exception cref="DiagnosticException">The model would not be smaller.</exception>
    public StepResult Build(IEnumerable<ChosenRanks> choices)
    {
        var chosen = choices.ToDictionary(choice => choice.Layer.Name, StringComparer.Ordinal);
        var replacements = new List<LayerReplacement>();
        var outcomes = new OrderedDictionary<string, LayerOutcome>(StringComparer.Ordinal);
        foreach (var layer in work.Layers)
        {
            work.Context.Progress.Report(new MethodProgress(layer.Name, outcomes.Count, work.Layers.Count));
            var choice = chosen[layer.Name];
            if (choice.Ranks is not { } pair)
            {
                outcomes.Add(layer.Name, Outcome(layer) with { SkipReason = choice.Reason });
                continue;
            }

            var (replacement, error, note) = Solve(layer, pair);
            var isStored = choice.IsStored ?? work.Options.Storage == FactorStorage.Stored;
            replacements.Add(replacement with { IsStored = isStored });
            outcomes.Add(layer.Name, Outcome(layer) with
            {
                ParametersAfter = layer.Parameters(pair),
                MacsAfter = layer.Macs(isStored ? null : pair),
                Ranks = layer.Form.Write(pair),
                IsStored = isStored,
                RelativeError = error,
                Note = note,
            });
        }

        var model = Proven(replacements, (layer, reason) => outcomes[layer.Name] = Outcome(layer) with { SkipReason = reason });
        return replacements.Count > 0 && model.SizeInBytes < work.Context.Model.SizeInBytes
            ? new StepResult(model, [.. outcomes.Values])
            : throw NothingToCompress(work, outcomes.Values.Select(outcome => (outcome.Layer, outcome.SkipReason)));
    }

    // Whatever the runtime does not multiply out at load goes, and is told of.
    private OnnxModel Proven(List<LayerReplacement> replacements, Action<FactorLayer, string> undo)
    {
        while (true)
        {
            var (model, made) = GraphRewriter.Build(work.Context.Model, replacements);
            var counts = replacements
                .Where(item => item.IsStored)
                .ToDictionary(item => made[item.Layer.Name], item => item.Layer.WeightCount, StringComparer.Ordinal);
            var failures = LoadTimeProof.Failures(work.Context, model, counts);
            if (failures.Count == 0)
            {
                return model;
            }

            foreach (var layer in work.Layers.Where(layer => made.TryGetValue(layer.Name, out var weight) && failures.ContainsKey(weight)))
            {
                undo(layer, failures[made[layer.Name]]);
                replacements.RemoveAll(item => item.Layer.Name == layer.Name);
            }
        }
    }

    public static DiagnosticException NothingToCompress(LowRankWork work, IEnumerable<(string Name, string? Reason)> layers)
    {
        var list = layers.Select(layer => $"{layer.Name}: {layer.Reason ?? ChoiceReasons.NotSmaller}").Take(5).ToList();
        var found = work.All.Count == 0 ? "the model has no Conv, Gemm or MatMul layers with a weight"
            : list.Count == 0 ? "the layer rules select no layer"
            : $"none of the {work.Layers.Count} selected layers can be made smaller ({string.Join("; ", list)}{(work.Layers.Count > list.Count ? "; …" : "")})";
        return new DiagnosticException(
            MethodCodes.NothingToCompress,
            $"there is nothing to compress: {found}. Choose other layers, lower ranks or a larger error, or remove the step.",
            work.Options.Position
        );
    }

    private SolvedLayer Solve(FactorLayer layer, RankPair ranks)
    {
        if (_solved.TryGetValue((layer.Name, ranks), out var known))
        {
            return known;
        }

        var solved = work.SolverOf(layer).Solve(ranks);
        if (_keptWeights + layer.Parameters(ranks) <= MostKeptWeights)
        {
            _keptWeights += layer.Parameters(ranks);
            _solved.Add((layer.Name, ranks), solved);
        }

        return solved;
    }

    private static LayerOutcome Outcome(FactorLayer layer) => new()
    {
        Layer = layer.Name,
        ParametersBefore = layer.Layer.WeightCount,
        ParametersAfter = layer.Layer.WeightCount,
        MacsBefore = layer.Reason is null ? layer.Macs(null) : null,
        MacsAfter = layer.Reason is null ? layer.Macs(null) : null,
    };
}
