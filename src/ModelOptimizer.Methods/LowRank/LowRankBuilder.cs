namespace ModelOptimizer.Methods.LowRank;

/// <summary>Turns chosen ranks into a model. It keeps solved layers as far as memory allows: candidates of a search share most of theirs.</summary>
internal sealed class LowRankBuilder(LowRankWork work)
{
    private const long MostKeptWeights = 125_000_000;
    private const string Refitted = "not compressed, fitted anew";

    private readonly FactorWalk _walk = new(work);
    private long _keptWeights;
    private readonly Dictionary<(string Layer, RankPair Ranks), SolvedLayer> _solved = [];

    /// <exception cref="DiagnosticException">The model would not be smaller.</exception>
    public StepResult Build(IEnumerable<ChosenRanks> choices)
    {
        var chosen = choices.ToDictionary(choice => choice.Layer.Name, StringComparer.Ordinal);
        while (true)
        {
            var (solved, refitted) = Solved(chosen);
            List<LayerReplacement> replacements = [.. work.Layers.Where(layer => chosen[layer.Name].Ranks is not null).Select(layer =>
                solved[layer.Name].Replacement with { IsStored = IsStored(chosen[layer.Name]) })];
            var (model, made) = GraphRewriter.Build(work.Context.Model, replacements);
            foreach (var numbers in refitted.Values.SelectMany(constants => constants))
            {
                numbers.Apply(model);
            }

            var counts = replacements
                .Where(item => item.IsStored)
                .ToDictionary(item => made[item.Layer.Name], item => item.Layer.WeightCount, StringComparer.Ordinal);
            var failures = LoadTimeProof.Failures(work.Context, model, counts);
            if (failures.Count == 0)
            {
                var outcomes = work.Layers
                    .Select(layer => Outcome(layer, chosen[layer.Name], solved.GetValueOrDefault(layer.Name), refitted.ContainsKey(layer.Name)))
                    .ToList();
                return replacements.Count > 0 && model.SizeInBytes < work.Context.Model.SizeInBytes
                    ? new StepResult(model, outcomes)
                    : throw NothingToCompress(work, outcomes.Select(outcome => (outcome.Layer, outcome.SkipReason)));
            }

            // Whatever the runtime does not multiply out at load goes, and is told of.
            foreach (var layer in work.Layers.Where(layer => made.TryGetValue(layer.Name, out var weight) && failures.ContainsKey(weight)))
            {
                chosen[layer.Name] = new ChosenRanks(layer, null, failures[made[layer.Name]]);
            }
        }
    }

    private bool IsStored(ChosenRanks choice) => choice.Layer.Layer.IsInsideCell || (choice.IsStored ?? work.Options.Storage == FactorStorage.Stored);

    private Walked Solved(Dictionary<string, ChosenRanks> chosen)
    {
        var ranks = chosen.Values.Where(choice => choice.Ranks is not null).ToDictionary(choice => choice.Layer.Name, choice => choice.Ranks!.Value);
        if (work.IsSequential)
        {
            return _walk.Run(ranks);
        }

        var solved = new Dictionary<string, SolvedLayer>();
        foreach (var layer in work.Layers.Where(layer => ranks.ContainsKey(layer.Name)))
        {
            work.Context.Progress.Report(new MethodProgress(layer.Name, solved.Count, ranks.Count));
            solved.Add(layer.Name, Solve(layer, ranks[layer.Name]));
        }

        return new Walked(solved, []);
    }

    public static DiagnosticException NothingToCompress(LowRankWork work, IEnumerable<(string Name, string? Reason)> layers)
    {
        var list = layers.Select(layer => $"{layer.Name}: {layer.Reason ?? ChoiceReasons.NotSmaller}").Take(5).ToList();
        var found = work.All.Count == 0 ? "the model has no layers with a weight"
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

    private LayerOutcome Outcome(FactorLayer layer, ChosenRanks choice, SolvedLayer? solved, bool isRefitted) => solved is null
        ? Outcome(layer) with { SkipReason = choice.Reason, Note = isRefitted ? Refitted : null }
        : Outcome(layer) with
        {
            ParametersAfter = layer.Parameters(choice.Ranks),
            MacsAfter = layer.Macs(IsStored(choice) ? null : choice.Ranks),
            Ranks = layer.Form.Write(choice.Ranks!.Value),
            IsStored = IsStored(choice),
            RelativeError = solved.RelativeError,
            Note = solved.Note,
        };

    private static LayerOutcome Outcome(FactorLayer layer) => new()
    {
        Layer = layer.Name,
        ParametersBefore = layer.Layer.WeightCount,
        ParametersAfter = layer.Layer.WeightCount,
        MacsBefore = layer.Reason is null ? layer.Macs(null) : null,
        MacsAfter = layer.Reason is null ? layer.Macs(null) : null,
    };
}
