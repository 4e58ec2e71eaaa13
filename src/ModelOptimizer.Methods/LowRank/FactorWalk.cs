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

    private readonly WalkMemory<FittedLayer> _memory = new(
        work.Context,
        $"{work.Factorization.Name} walk: {work.Options.Measurement}",
        fitted => fitted.Count,
        FittedLayer.Write);

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
        var samples = SequentialWalk.EnoughSamples(reached);
        using var walk = new SequentialWalk(work.Context, changed, reached, samples);
        var constants = new ConstantLookup(changed.Graph);
        var result = new Walked([], []);
        var isChanged = !ReferenceEquals(work.Context.Model, work.Context.Reference);
        var decided = $"{samples} samples\n";
        foreach (var (index, (layer, now)) in pairs.Index())
        {
            work.Context.Cancellation.ThrowIfCancellationRequested();
            work.Context.Progress.Report(new MethodProgress(layer.Name, index, pairs.Count));
            RankPair? ranks = chosen.TryGetValue(layer.Name, out var pair) ? pair : null;
            isChanged |= ranks is not null;
            var place = isChanged ? walk.Reach(now) : null;
            // Which shortcut is known depends on whether a layer in it is still to come.
            decided += $"{layer.Name}: {ranks} {place?.Shortcut}\n";
            var fitted = isChanged
                ? _memory.Find(
                    decided,
                    () => Fitted(layer, now, ranks, place, walk, constants[now.Weight]),
                    reader => FittedLayer.Read(reader, layer.Layer))
                : new FittedLayer();
            walk.Pass(now);
            var numbers = Numbers(layer, now, fitted);
            numbers.ForEach(constant => constant.Apply(changed));
            if (fitted.Factored is not null)
            {
                result.Factored.Add(layer.Name, fitted.Factored);
            }
            else if (numbers.Count > 0)
            {
                result.Refitted.Add(layer.Name, numbers);
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
                ? new FittedLayer()
                : new FittedLayer(
                    Weight: Array.ConvertAll(StoredWeight.Values(now, fit.Weight), value => WeightValues.Round(weight.DataType, value)),
                    Bias: walk.Bias(now, fit, fit.Weight));
        }

        var solved = Solved(layer, pair, ref fit);
        if (fit is null)
        {
            return new FittedLayer(solved);
        }

        var bias = walk.Bias(now, fit, Approximation(layer, solved));
        return new FittedLayer(solved with { Replacement = WithBias(solved.Replacement, work.PlanOf(layer).NewBias, bias) }, Bias: bias);
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

    // The constants of the layer that does what it does now.
    private List<NewNumbers> Numbers(FactorLayer layer, WeightLayer now, FittedLayer fitted)
    {
        var weight = fitted.Factored is { } solved ? StoredWeight.Values(now, Approximation(layer, solved)) : fitted.Weight;
        return [.. new[] { weight is null ? null : new NewNumbers(now.Weight, weight), fitted.Bias }.OfType<NewNumbers>()];
    }

    private static LayerReplacement WithBias(LayerReplacement replacement, bool isNew, NewNumbers? bias) =>
        bias is null ? replacement : isNew ? replacement with { Bias = bias.Values } : replacement with { Moved = bias };

    // The model with every BatchNormalization in its layer, and every bias that is to come, so that a layer is a weight and a bias.
    private OnnxModel Dense(IEnumerable<FactorLayer> layers) =>
        GraphRewriter.Apply(work.Context.Model, [.. layers.Where(layer => work.PlanOf(layer).NewBias).Select(layer => work.Numbers(layer).Dense())]);

    private string Output(FactorLayer layer) => work.PlanOf(layer).Folds ? layer.Layer.BatchNormalization!.Output[0] : layer.Layer.Output;

    private Matrix Approximation(FactorLayer layer, SolvedLayer solved) =>
        solved.Replacement.Factors.Product(work.Context.Engine.LinearAlgebra, layer.Shape.Groups);
}

/// <summary>What a walk made of layers.</summary>
/// <param name="Factored">Layers with ranks, by name.</param>
/// <param name="Refitted">Weights and biases of layers that keep their form, by name.</param>
internal sealed record Walked(Dictionary<string, SolvedLayer> Factored, Dictionary<string, IReadOnlyList<NewNumbers>> Refitted);
