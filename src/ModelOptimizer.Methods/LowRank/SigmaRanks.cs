using System.Globalization;
namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// <c>allocation: sigma</c>: every layer's error over its ranks, weighted by what that error does to the model's output. How far the effect of one layer alone
/// tells about many at once is not known beforehand: several weightings are tried, and the one whose model diverges least is taken.
/// </summary>
internal sealed class SigmaRanks : IRankAllocation
{
    private static readonly Weighting[] Weightings = [Weighting.Blend, Weighting.Effect, Weighting.Error];

    private readonly LowRankWork _work;
    private readonly BudgetMeasure _measure;
    private readonly List<Series> _series = [];
    private readonly List<LayerTradeOff> _layers = [];
    private Weighting? _decided;

    private SigmaRanks(LowRankWork work, BudgetMeasure measure) => (_work, _measure, Effects) = (work, measure, LayerEffects.Start(work));

    public LayerEffects Effects { get; }

    public IReadOnlyList<Series> Series => _series;

    public IReadOnlyList<LayerTradeOff> Layers => _layers;

    /// <summary>Traces the curves and measures the effects: most of the time goes here.</summary>
    public static SigmaRanks Prepare(LowRankWork work, BudgetMeasure measure)
    {
        var result = new SigmaRanks(work, measure);
        foreach (var layer in work.Candidates)
        {
            work.Context.Progress.Report(new MethodProgress($"ranks of {layer.Name}", result._layers.Count, work.Candidates.Count));
            var curve = RankCurve.Of(work, layer);
            result._series.Add(Sensitivity.Of(layer, curve));
            bool IsSmaller(CurvePoint point) => work.Costs.Change(layer, point.Ranks, measure) < 0 && work.Costs.Pays(layer, point.Ranks);
            var between = layer.Form.Between(curve).Where(point => layer.Form.IsLiked(point.Ranks, work.Context.RankMultiple)).Where(IsSmaller);
            result._layers.Add(new LayerTradeOff(layer, [.. curve.Where(IsSmaller)], [.. between], result.Effects.Of(layer, curve)));
        }

        return result;
    }

    public IReadOnlyList<ChosenRanks>? Choose(double change)
    {
        _decided ??= Best(change);
        var weighting = _decided ?? Weighting.Blend;
        var finer = Options(weighting, isFiner: true);
        // Ranks between the points of curves take what is left, or are small enough where no points are.
        var chosen = LagrangianAllocator.Choose(Options(weighting), change, finer) ?? LagrangianAllocator.Choose(finer, change);
        return chosen is null ? null : Named(chosen);
    }

    /// <summary>The weighting that suits this change best; null when the points of the curves do not make the model that small.</summary>
    private Weighting? Best(double change)
    {
        // Large models are not built three times over.
        var weightings = Effects.IsUsable && _work.KeepsSolvers ? Weightings : [Weighting.Blend];
        var tried = new List<(IReadOnlyList<ChosenRanks> Chosen, Weighting Weighting)>();
        foreach (var weighting in weightings)
        {
            if (LagrangianAllocator.Choose(Options(weighting), change) is { } chosen)
            {
                tried.Add((Named(chosen), weighting));
            }
        }

        return tried.Count switch
        {
            0 => null,
            1 => tried[0].Weighting,
            _ => tried.MinBy(choice => Divergence(choice.Chosen)).Weighting,
        };
    }

    public IReadOnlyList<ChosenRanks> Smallest() => Named([.. Options(Weighting.Error, isFiner: true).Select(layer => layer.MinBy(option => option.Cost)!)]);

    private IReadOnlyList<IReadOnlyList<Alternative<RankPair?>>> Options(Weighting weighting, bool isFiner = false) =>
        [.. _layers.Select(layer => layer.Options(weighting, Cost, isFiner))];

    /// <summary>By how much the model changes.</summary>
    public double Cost(FactorLayer layer, RankPair ranks) => _work.Costs.Change(layer, ranks, _measure);

    private double Divergence(IReadOnlyList<ChosenRanks> chosen)
    {
        var replacements = chosen.Where(choice => choice.Ranks is not null).Select(choice => _work.Sketched(choice.Layer, choice.Ranks!.Value));
        return Effects.Divergence(GraphRewriter.Apply(_work.Context.Model, [.. replacements]));
    }

    private List<ChosenRanks> Named(IReadOnlyList<Alternative<RankPair?>> chosen) =>
    [
        .. chosen.Zip(_layers, (option, layer) => option.Item is { } ranks
            ? new ChosenRanks(layer.Layer, ranks)
            : new ChosenRanks(layer.Layer, null, Reason: layer.Points.Count + layer.Between.Count > 0 ? ChoiceReasons.WorthKeeping : ChoiceReasons.NotSmaller)),
    ];
}

/// <summary>Measures <see cref="LayerEffect"/>s: only one layer is compressed, and the outputs on some calibration samples are compared.</summary>
internal sealed class LayerEffects
{
    private static readonly double[] Shares = [0.6, 0.12, 0.3];

    private readonly LowRankWork _work;
    private readonly OutputDivergence? _divergence;
    private readonly int _points;

    private readonly int _samples;

    private LayerEffects(LowRankWork work, OutputDivergence? divergence, int points, int samples) =>
        (_work, _divergence, _points, _samples) = (work, divergence, points, samples);

    public static LayerEffects Start(LowRankWork work)
    {
        var (points, samples) = OutputDivergence.Afford(work.Context, work.Candidates.Count);
        return new LayerEffects(work, OutputDivergence.Of(work.Context, work.Candidates.Count), points, samples);
    }

    /// <summary>Whether there are samples and outputs to compare.</summary>
    public bool IsUsable => _divergence is not null;

    /// <summary>The divergence of a whole compressed model.</summary>
    public double Divergence(Onnx.OnnxModel changed) => _divergence!.Measure(changed);

    /// <summary>Compresses the layer alone to one or three shares of its weights and looks at the outputs.</summary>
    public LayerEffect Of(FactorLayer layer, IReadOnlyList<CurvePoint> curve)
    {
        if (_divergence is null)
        {
            return new LayerEffect([]);
        }

        var numbers = _work.Context.Numbers(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_work.Factorization.Name} effect of {layer.Name}: {_work.Options.Measurement}, multiple {_work.Context.RankMultiple}, {_points} points, "
                    + $"{_samples} samples"
            ),
            () => [.. Measure(layer, curve).SelectMany(pair => new[] { pair.SquaredError, pair.Divergence })]
        );
        return new LayerEffect([.. numbers.Chunk(2).Select(pair => (pair[0], pair[1]))]);
    }

    private IEnumerable<(double SquaredError, double Divergence)> Measure(FactorLayer layer, IReadOnlyList<CurvePoint> curve)
    {
        var measured = new List<(double SquaredError, double Divergence)>();
        foreach (var share in Shares.TakeLast(_points))
        {
            var most = share * layer.Shape.Parameters;
            var point = curve.Where(point => layer.Parameters(point.Ranks) <= most && point.SquaredError > 1e-9).MinBy(point => point.SquaredError);
            if (point is null || measured.Exists(other => other.SquaredError == point.SquaredError))
            {
                continue;
            }

            var changed = GraphRewriter.Apply(_work.Context.Model, [_work.Sketched(layer, point.Ranks)]);
            if (_divergence!.Measure(changed, layer.Layer.Node) is > 0 and < double.PositiveInfinity and var divergence)
            {
                measured.Add((point.SquaredError, divergence));
            }
        }

        return measured.OrderBy(pair => pair.SquaredError);
    }
}
