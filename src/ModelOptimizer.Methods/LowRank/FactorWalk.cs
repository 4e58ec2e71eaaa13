using ModelOptimizer.Methods.Sequential;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Factors layers one after the other. Each is first solved anew, for what it reads by then and what it gives in the reference; the last sweeps fit the factors
/// to that solution under the second moments of what it reads, so that they are the best of their ranks for these outputs: with W* = (P + λ·W)(Σ̃ + λ·I)⁻¹ the
/// error is that of W*, which no factors change, and tr((W* − W~)Σ̃(W* − W~)ᵀ) (reduced-rank regression). The mean error goes into the bias.
/// </summary>
/// <param name="work">Model, samples and solvers.</param>
internal sealed class FactorWalk(LowRankWork work)
{
    private const string NotMeasured = "fitted independently: what it reads is not measured";

    private const string NotSolvable = "fitted independently: the equations for what it reads by then have no solution";

    private readonly WalkMemory<FittedLayer> _memory = new(fitted => fitted.Numbers.Sum(numbers => numbers.Values.LongLength));

    /// <summary>Walks once.</summary>
    /// <param name="chosen">Ranks by layer. The step's other layers keep their form, and are solved anew behind the first that has not.</param>
    public Walked Run(IReadOnlyDictionary<string, RankPair> chosen)
    {
        List<FactorLayer> layers = [.. work.Layers.Where(layer => chosen.ContainsKey(layer.Name) || work.Candidates.Contains(layer))];
        var changed = Dense([.. layers.Where(layer => chosen.ContainsKey(layer.Name))]);
        // A layer is found by what it gives: its node may have got another name.
        var found = LayerFinder.FindAll(changed).Where(layer => layer.Obstacle is null).ToDictionary(layer => (layer.Output, layer.WeightInput));
        var pairs = layers
            .Select(layer => (Layer: layer, Now: found[(chosen.ContainsKey(layer.Name) ? Output(layer) : layer.Layer.Output, layer.Layer.WeightInput)]))
            .ToList();
        List<WeightLayer> reached = [.. pairs.Select(pair => pair.Now)];
        using var walk = new SequentialWalk(work.Context, changed, reached, SequentialWalk.EnoughSamples(reached));
        var constants = new ConstantLookup(changed.Graph);
        var result = new Walked([], []);
        var isChanged = !ReferenceEquals(work.Context.Model, work.Context.Reference);
        var decided = "";
        foreach (var (index, (layer, now)) in pairs.Index())
        {
            work.Context.Cancellation.ThrowIfCancellationRequested();
            work.Context.Progress.Report(new MethodProgress(layer.Name, index, pairs.Count));
            RankPair? ranks = chosen.TryGetValue(layer.Name, out var pair) ? pair : null;
            isChanged |= ranks is not null;
            var place = isChanged ? walk.Reach(now) : null;
            // Which shortcut is known depends on whether a layer in it is still to come.
            decided += $"{layer.Name}: {ranks} {place?.Shortcut}\n";
            var fitted = isChanged ? _memory.Find(decided, () => Fitted(layer, now, ranks, place, walk, constants[now.Weight])) : new FittedLayer(null, []);
            walk.Pass(now);
            foreach (var numbers in fitted.Numbers)
            {
                numbers.Apply(changed);
            }

            if (fitted.Factored is not null)
            {
                result.Factored.Add(layer.Name, fitted.Factored);
            }
            else if (fitted.Numbers.Count > 0)
            {
                result.Refitted.Add(layer.Name, fitted.Numbers);
            }
        }

        return result;
    }

    private FittedLayer Fitted(FactorLayer layer, WeightLayer now, RankPair? ranks, SequentialWalk.Place? place, SequentialWalk walk, TensorProto weight)
    {
        // Under moments of zero, as one row of data leaves them beside a bias, every weight is as good as any other.
        var fit = place is null || walk.Fit(place, StoredWeight.Read(now, weight)) is not { IsUsable: true } usable ? null : usable;
        if (ranks is not { } pair)
        {
            return fit is null || !WeightValues.Fits(weight.DataType, fit.Weight.Values)
                ? new FittedLayer(null, [])
                : new FittedLayer(null, Numbers(now, fit.Weight, walk.Bias(now, fit, fit.Weight)));
        }

        var solved = Solved(layer, pair, ref fit);
        var approximation = Approximation(layer, solved.Replacement);
        var bias = fit is null ? null : walk.Bias(now, fit, approximation);
        return new FittedLayer(
            fit is null
                ? solved
                : solved with { Replacement = WithBias(solved.Replacement, work.PlanOf(layer).NewBias, bias) },
            Numbers(now, approximation, bias));
    }

    private SolvedLayer Solved(FactorLayer layer, RankPair ranks, ref RidgeFit? fit)
    {
        var reason = SequentialWalk.IsWalked(layer.Layer) ? NotMeasured : $"fitted independently, as every {layer.Layer.Node.OpType}";
        if (fit is not null)
        {
            try
            {
                return work.SolverOf(layer).Solve(ranks, work.Numbers(layer, fit));
            }
            catch (NotPositiveDefiniteException)
            {
                // What layers in front were cut down to may leave next to nothing to read, and equations of it have no solution.
                (fit, reason) = (null, NotSolvable);
            }
        }

        var solved = work.SolverOf(layer).Solve(ranks, null);
        return solved with { Note = string.Join("; ", new[] { solved.Note, reason }.OfType<string>()) };
    }

    private static IReadOnlyList<NewNumbers> Numbers(WeightLayer layer, Matrix weight, NewNumbers? bias) =>
        [.. new[] { new NewNumbers(layer.Weight, StoredWeight.Values(layer, weight)), bias }.OfType<NewNumbers>()];

    private static LayerReplacement WithBias(LayerReplacement replacement, bool isNew, NewNumbers? bias) =>
        bias is null ? replacement : isNew ? replacement with { Bias = bias.Values } : replacement with { Moved = bias };

    // The model with every BatchNormalization in its layer, and every bias that is to come, so that a layer is a weight and a bias.
    private OnnxModel Dense(IEnumerable<FactorLayer> layers) =>
        GraphRewriter.Apply(work.Context.Model, [.. layers.Where(layer => work.PlanOf(layer).NewBias).Select(layer => work.Numbers(layer).Dense())]);

    private string Output(FactorLayer layer) => work.PlanOf(layer).Folds ? layer.Layer.BatchNormalization!.Output[0] : layer.Layer.Output;

    // T×D, channel-major, all groups below each other.
    private static Matrix Approximation(FactorLayer layer, LayerReplacement replacement) => FactorTensors.Stack(Enumerable
        .Range(0, layer.Shape.Groups)
        .Select(group => TapOrder.ColumnsToChannelMajor(replacement.Approximation!(group), layer.Shape.Taps)));
}

/// <summary>What became of a layer.</summary>
/// <param name="Factored">Its factors; null where it keeps its form.</param>
/// <param name="Numbers">The constants of a layer that does what it does now.</param>
internal sealed record FittedLayer(SolvedLayer? Factored, IReadOnlyList<NewNumbers> Numbers);

/// <summary>What a walk made of layers.</summary>
/// <param name="Factored">Layers with ranks, by name.</param>
/// <param name="Refitted">Weights and biases of layers that keep their form, by name.</param>
internal sealed record Walked(Dictionary<string, SolvedLayer> Factored, Dictionary<string, IReadOnlyList<NewNumbers>> Refitted);
