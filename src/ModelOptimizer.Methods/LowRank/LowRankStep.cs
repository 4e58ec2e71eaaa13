using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>A step that replaces layers by products of factors.</summary>
internal sealed class LowRankStep(StepContext context, MethodArguments arguments, IFactorization factorization) : IStep
{
    // Samples in a batch where a model makes little of each.
    private const int UsualBatch = 16;

    private readonly LowRankWork _work = new(context, LowRankOptions.From(arguments), factorization);
    private IReadOnlyList<ChosenRanks>? _unfit;
    private LowRankBuilder? _builder;
    private SigmaRanks? _traded;

    public MethodPlan Plan => new([.. _work.Candidates.Select(layer => layer.Name)], (long)Bytes(), _work.Candidates.Sum(Flops));

    public IReadOnlyList<LayerChoices> Choices()
    {
        Measure();
        if (_work.Candidates.Count == 0)
        {
            throw LowRankBuilder.NothingToCompress(_work, _unfit!.Select(choice => (choice.Layer.Name, choice.Reason)));
        }

        var measure = _work.Options.Budget!.Measure;
        // Says so where they cannot be counted.
        _ = _work.Costs.Whole(measure);
        _traded ??= SigmaRanks.Prepare(_work, measure);
        return [.. _traded.Layers.Where(layer => layer.Points.Count > 0).Select(Offer)];
    }

    public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
    {
        if (chosen is null && _work.Options.Budget is { } budget && _work.Candidates.Count > 0)
        {
            new BudgetRanks(_work, budget).RequirePossible();
        }

        Measure();
        var (decided, series) = chosen is not null ? (Decided(chosen), _traded?.Series ?? []) : _work.Candidates.Count == 0 ? ([], []) : Decide();
        List<ChosenRanks> all = [.. _unfit!, .. decided];
        return all.Exists(choice => choice.Ranks is not null)
            ? (_builder ??= new LowRankBuilder(_work)).Build(all) with { Series = series }
            : throw LowRankBuilder.NothingToCompress(_work, all.Select(choice => (choice.Layer.Name, choice.Reason)));
    }

    // Factors as they are on the curves: where solvers are made anew for each use, that is no cheaper than the last solve.
    public OnnxModel? Sketch(IReadOnlyDictionary<string, Choice> chosen) =>
        _work.KeepsSolvers
            ? GraphRewriter.Apply(
                _work.Context.Model,
                [.. Decided(chosen).Where(choice => choice.Ranks is not null).Select(choice => _work.Sketched(choice.Layer, choice.Ranks!.Value))]
            )
            : null;

    public OnnxModel? Outline(IReadOnlyDictionary<string, Choice> chosen) => GraphRewriter.Apply(
        _work.Context.Model,
        [.. Decided(chosen).Where(choice => choice.Ranks is not null).Select(choice => _work.PlanOf(choice.Layer).Empty(choice.Ranks!.Value))]);

    private void Measure()
    {
        if (_unfit is not null)
        {
            return;
        }

        RequireMemory();
        _unfit =
            _work.Candidates.Count == 0
                ? throw LowRankBuilder.NothingToCompress(_work, _work.Layers.Select(layer => (layer.Name, layer.Reason)))
                :
                [
                    .. _work
                        .Layers.Where(layer => layer.Reason is not null)
                        .Concat(_work.Measure())
                        .Select(layer => new ChosenRanks(layer, null, Reason: layer.Reason)),
                ];
    }

    private (IReadOnlyList<ChosenRanks> Chosen, IReadOnlyList<Series> Series) Decide() => _work.Options switch
    {
        { Ranks: { } map } => (HandRanks.Choose(_work, map), []),
        { SquaredErrorBound: { } bound } => BoundedRanks.Choose(_work, bound),
        var options => new BudgetRanks(_work, options.Budget!).Choose(),
    };

    private IReadOnlyList<ChosenRanks> Decided(IReadOnlyDictionary<string, Choice> chosen)
    {
        var gone = chosen.FirstOrDefault(choice => choice.Value is not Choice.Keep && _work.Candidates.All(layer => layer.Name != choice.Key)).Key;
        return gone is null
            ? [.. _work.Candidates.Select(layer => Decided(layer, chosen.GetValueOrDefault(layer.Name)))]
            : throw new DiagnosticException(
                MethodCodes.BadRanks,
                $"ranks are decided for '{gone}', which is no layer that this step can compress.",
                _work.Options.Position
            );
    }

    private ChosenRanks Decided(FactorLayer layer, Choice? choice)
    {
        if (Chosen.RanksOf(layer.Name, choice, _work.Options.Position) is not { } ranks)
        {
            var cannot = _traded?.Layers.FirstOrDefault(other => other.Layer.Name == layer.Name) is { Points.Count: 0 };
            return new ChosenRanks(layer, null, Reason: Chosen.ReasonOf(choice) ?? (cannot ? ChoiceReasons.NotSmaller : ChoiceReasons.NotChosen));
        }

        var pair = layer.Form.Read(ranks);
        return layer.Form.Write(pair).SequenceEqual(ranks) && ranks.All(rank => rank > 0) && layer.Form.Usable(pair) == pair
            ? new ChosenRanks(layer, pair) { IsStored = choice is Choice.Ranks { IsStored: true } }
            : throw new DiagnosticException(
                MethodCodes.BadRanks,
                $"the ranks [{string.Join(", ", ranks)}] that are decided for '{layer.Name}' do not fit it.",
                _work.Options.Position
            );
    }

    private LayerChoices Offer(LayerTradeOff layer) =>
        new(
            layer.Layer.Name,
            [
                new Choice.Keep(),
                .. layer.Points.Select(point => new Choice.Ranks(
                    layer.Layer.Form.Write(point.Ranks),
                    _traded!.Cost(layer.Layer, point.Ranks),
                    layer.Penalty(point.SquaredError, Weighting.Blend)
                )
                {
                    IsStored = _work.Options.Storage == FactorStorage.Stored,
                    Error = layer.Penalty(point.SquaredError, Weighting.Error),
                    Effect = layer.Penalty(point.SquaredError, Weighting.Effect),
                }),
            ]
        );

    /// <summary>
    /// Moments that are in memory, the solvers that are kept, and the most of what curves, measured effects or the walk need of one layer, with the models that
    /// they run.
    /// </summary>
    private double Bytes()
    {
        var samples = SequentialWalk.EnoughSamples(_work.Candidates.Select(layer => layer.Layer));
        double Moment(FactorLayer layer) => MomentBytes.Of(context, layer.Layer);
        // Of the layer before, until the next is asked for.
        double Solved(FactorLayer layer) => _work.MemoryOf(layer) + factorization.Bytes(layer.Form);
        double Walked(FactorLayer layer) => _work.MemoryOf(layer) + SequentialWalk.KeptBytes(context, layer.Layer, samples)
            + Math.Max(SequentialWalk.SolveBytes(context, layer.Layer, samples), Moment(layer) + Solved(layer));
        var measured = _work.NeedsData ? _work.Candidates.DistinctBy(layer => layer.Moment).Sum(Moment) : 0;
        var kept = _work.KeepsSolvers ? _work.Candidates.Sum(_work.MemoryOf) : 0;
        var most = _work.Candidates.Select(layer => _work.IsSequential ? Math.Max(Solved(layer), Walked(layer)) : Solved(layer)).DefaultIfEmpty().Max();
        // Sums, of which one after the other becomes a moment, and a batch.
        var made = sizeof(float) * UsualBatch * (double)context.Shapes.Values.Sum(shape => shape.Product());
        var held = _work.NeedsData ? MomentBytes.Held(context, _work.Candidates.DistinctBy(layer => layer.Moment).Select(layer => layer.Layer)) : 0;
        var sums = Math.Min(measured, 2 * WorkingMemory.Share) + _work.Candidates.Select(Moment).DefaultIfEmpty().Max();
        var collected = sums + Math.Min(made, WorkingMemory.BatchBytes);
        return SequentialWalk.WithModels(context, held + Math.Max(kept + most, _work.NeedsData ? collected : 0));
    }

    private void RequireMemory() => MachineMemory.Require(
        Plan.PeakBytes,
        $"factoring {_work.Candidates.Count} layers",
        _ => "Leave out the layers with the most inputs ('layers: [\"!NAME\"]'; 'modelopt layers' lists them), or write 'fit: independent'.",
        _work.Options.Position);

    private double Flops(FactorLayer layer)
    {
        var shape = layer.Shape;
        double width = shape.Inputs * shape.Taps;
        var product = 2 * shape.Groups * shape.Outputs * width * width;
        var searched = _work.Options.Ranks is null && _work.Options.Budget?.Allocation != Allocation.Uniform;
        var walked = _work.IsSequential ? (shape.Groups * (RidgeFit.Factors + 1) * Math.Pow(width, 3) / 3) + (2 * product) : 0;
        return product + walked + (layer.Form is MatrixForm matrix ? 200 * Math.Pow(matrix.Full, 3) : factorization.Flops(layer.Form, searched));
    }
}

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
                throw new DiagnosticException(
                    MethodCodes.BadRanks,
                    $"the ranks of '{rule.Text}' are [{string.Join(", ", ranks.Ranks)}]. Expected one whole number from 1 up,{each} or a percentage.",
                    rule.Position ?? work.Options.GoalPosition
                );
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
