using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>
/// A walk through two models, layer after layer: the reference as it is, and a model whose layers are changed on the way. Each layer can so make up for what
/// was done to those before it (Zhang, Zou, He, Sun: Accelerating Very Deep Convolutional Networks for Classification and Detection. TPAMI
/// 2016, arXiv 1505.06798, "asymmetric"; He, Zhang, Sun: Channel Pruning. ICCV 2017, arXiv 1707.06168, for outputs that are added to a shortcut).
/// </summary>
internal sealed class SequentialWalk : IDisposable
{
    /// <summary>Fewer rows for each unknown and a solution learns the samples by heart.</summary>
    public const int FewRows = 4;

    private const int HeldBack = 4;

    // A training behind may want thousands; a fit is no better for them where a sample has many windows.
    private const int UsuallyEnough = 1024;

    private const double MomentsAtOnce = 5.5;

    // The original and the changed model, what is made of them to be run, and the results.
    private const int ModelsAtOnce = 6;

    // Both runtimes, before anything is measured.
    private const long RuntimeBytes = 200_000_000;

    // What the runtime's collector lets lie of what is small, as a multiple of what lives; measured on ResNet-20.
    private const int DeadBytes = 2;

    private static readonly HashSet<NodeProto> Nothing = [];

    private readonly ILinearAlgebra _algebra;
    private readonly MomentSessions _moments;
    private readonly IReadOnlyDictionary<string, long[]> _shapes;
    private readonly List<Frontier> _references;
    private readonly Frontier _changed;
    private readonly TensorUses _uses;
    private readonly OnnxModel _model;
    private readonly ConstantLookup _constants;
    private readonly BiasMove _biases;
    private readonly HashSet<NodeProto> _toCome;
    private readonly CancellationToken _cancellation;

    /// <param name="context">Its reference, for layers that this has not its model, and its calibration data.</param>
    /// <param name="changed">A clone of its model, or one whose layers do the same.</param>
    /// <param name="layers">The layers of <paramref name="changed"/> that will be changed.</param>
    /// <param name="samples">How many samples are enough: after so many no further batch is taken.</param>
    public SequentialWalk(StepContext context, OnnxModel changed, IEnumerable<WeightLayer> layers, int samples)
    {
        (_algebra, _shapes) = (context.Engine.LinearAlgebra, context.Shapes);
        _moments = new MomentSessions(context.Engine);
        OnnxModel[] references = ReferenceEquals(context.Reference, context.Model) ? [context.Model] : [context.Reference, context.Model];
        _references = [.. references.Select(model => new Frontier(context.Engine, model, First(context.Calibration!, samples)))];
        _changed = new Frontier(context.Engine, changed, First(context.Calibration!, samples));
        (_uses, _model, _constants, _biases) = (new TensorUses(changed.Proto), changed, new ConstantLookup(changed.Graph), new BiasMove(changed));
        _toCome = new HashSet<NodeProto>(layers.Select(layer => layer.Node), ReferenceEqualityComparer.Instance);
        _cancellation = context.Cancellation;
    }

    /// <summary>How many samples are enough to fit <paramref name="layers"/>: a dense layer may have one row a sample.</summary>
    public static int EnoughSamples(IEnumerable<WeightLayer> layers) =>
        Math.Max(
            UsuallyEnough,
            2 * FewRows * layers.Where(layer => layer.Kind is LayerKind.Gemm or LayerKind.MatMul).Select(Width).DefaultIfEmpty().Max());

    /// <summary>Predicted bytes of what the models that are walked through keep around a layer: what it reads and gives, and a shortcut.</summary>
    public static double KeptBytes(StepContext context, WeightLayer layer, int samples)
    {
        double BytesOf(string tensor) => context.Shapes.TryGetValue(tensor, out var shape) ? sizeof(float) * shape.Product() : 0;
        var kept = Math.Min(samples, context.Calibration?.Count ?? 0) * (BytesOf(layer.Input) + (2 * BytesOf(layer.Output)));
        return (ReferenceEquals(context.Reference, context.Model) ? 2 : 3) * Math.Min(Frontier.MostInMemory, kept);
    }

    /// <summary>
    /// Predicted bytes of solving a layer for what it reads by then: moments of two parts of the samples, their means, and a factor with a panel's copies.
    /// </summary>
    public static double SolveBytes(StepContext context, WeightLayer layer, int samples) => MomentsAtOnce * MomentBytes.Of(context, layer, samples);

    /// <summary>
    /// Predicted bytes of the process: its models while layers are looked at or changed, <paramref name="living"/>, and what lies dead beside it.
    /// </summary>
    public static double WithModels(StepContext context, double living) => RuntimeBytes + (ModelsAtOnce * context.Model.SizeInBytes) + living
        + Math.Min(WorkingMemory.Garbage, DeadBytes * living);

    /// <summary>D, the numbers that an output of <paramref name="layer"/> is made of.</summary>
    public static int Width(WeightLayer layer) => (int)(layer.WeightCount / layer.OutputChannels);

    /// <summary>
    /// Goes on to what <paramref name="layer"/> reads and gives; null where that cannot be measured: it does not depend on the samples, leads to no output, or
    /// is a single vector.
    /// </summary>
    /// <param name="layer">A layer of the changed model, behind those that were reached before.</param>
    public Place? Reach(WeightLayer layer)
    {
        if (layer.TransA || !IsMeasurable(layer))
        {
            return null;
        }

        var reference = Reference(layer)!;
        reference.Advance([layer.Output]);
        _changed.Advance([layer.Input]);
        var shortcut = Shortcut(layer, reference);
        if (shortcut is not null)
        {
            reference.Advance([layer.Output, shortcut]);
            _changed.Advance([layer.Input, shortcut]);
        }

        _toCome.Remove(layer.Node);
        return new Place(layer, reference, shortcut);
    }

    /// <summary>Solves a layer anew for what it reads by now; null where that is not finite.</summary>
    /// <param name="place">Where the walk stands.</param>
    /// <param name="weight">The layer's weight, T×D.</param>
    public RidgeFit? Fit(Place place, Matrix weight)
    {
        var (fit, held) = Moments(place);
        return fit.IsFinite && held.IsFinite ? Solve(place.Layer, weight, fit, held) : null;
    }

    /// <summary>Solves a layer anew, or the last of the factors of its weight.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weight">Its weight or the factor, T×D.</param>
    /// <param name="fit">Moments of what that reads: those of <see cref="Moments"/>, or such of a factor. Their sum, when it is done.</param>
    /// <param name="held">Those that are held back.</param>
    public RidgeFit Solve(WeightLayer layer, Matrix weight, CrossMoments fit, CrossMoments held)
    {
        var (bias, isKnown) = StoredBias.Read(layer, _model, _constants);
        var inProduct = bias is null ? null : Array.ConvertAll(bias, value => value * layer.Beta / layer.Alpha);
        // The weight stays where the target of the product is not known, as with a bias that is computed, or where there are fewer positions than unknowns.
        return RidgeFit.Solve(_algebra, weight, fit, held, inProduct, MovesBias(layer), isFixed: !isKnown || fit.Count < weight.Columns);
    }

    /// <summary>The bias of <paramref name="layer"/> that takes the mean error of a fit; null where it has none that is its own.</summary>
    /// <param name="layer">A layer of the changed model.</param>
    /// <param name="fit">Its fit.</param>
    /// <param name="weight">What became of the solution, T×D.</param>
    public NewNumbers? Bias(WeightLayer layer, RidgeFit fit, Matrix weight) => MovesBias(layer) ? _biases.Find(layer, fit.Shift(weight)) : null;

    /// <summary>
    /// Moments of what a layer reads in the changed model and of what it gives in the reference, its bias included; where its output is
    /// added to a shortcut, less by what the shortcut has changed. Of a Gemm it is divided by alpha. Of every sample but a quarter, and of that quarter,
    /// which may be empty.
    /// </summary>
    /// <param name="place">Where the walk stands.</param>
    public (CrossMoments Fit, CrossMoments HeldBack) Moments(Place place)
    {
        var (layer, reference, shortcut) = place;
        var groups = layer.Window?.Group ?? 1;
        var size = Width(layer);
        LayerSums New() => new(_moments, new CrossMoments(_algebra, groups, size, layer.OutputChannels, keepsFew: layer.Window is null));
        var (fit, held) = (New(), New());
        for (var batch = 0; batch < _changed.Batches; batch++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var output = reference.Read(layer.Output, batch);
            var (before, after) = shortcut is null ? (null, null) : (reference.Read(shortcut, batch), _changed.Read(shortcut, batch));
            // One that is spread over positions would have to be spread here too.
            var windows = before is not null && before.Shape.AsSpan().SequenceEqual(output.Shape)
                ? new LayerWindows(layer, _changed.Read(layer.Input, batch), output, before, after)
                : new LayerWindows(layer, _changed.Read(layer.Input, batch), output, null, null);
            var samples = windows.Samples;
            var kept = samples >= HeldBack ? samples - (samples / HeldBack) : batch % HeldBack == HeldBack - 1 ? 0 : samples;
            fit.Add(windows, 0, kept);
            held.Add(windows, kept, samples);
        }

        return (fit.Finish(), held.Finish());
    }

    /// <summary>
    /// Whether layers like <paramref name="layer"/> are solved anew: what a recurrent cell computes inside is no tensor, and a transposed convolution has no
    /// windows of its input.
    /// </summary>
    public static bool IsWalked(WeightLayer layer) => layer.Kind is LayerKind.Conv or LayerKind.Gemm or LayerKind.MatMul;

    private bool IsMeasurable(WeightLayer layer) =>
        IsWalked(layer)
        && Reference(layer) is not null
        && _changed.IsReachable(layer.Input, Nothing)
        && SingleVector.Obstacle(layer, _shapes) is null;

    /// <summary>Says that a layer whose moments nobody needs is changed now.</summary>
    public void Pass(WeightLayer layer) => _toCome.Remove(layer.Node);

    /// <summary>Where a walk stands.</summary>
    /// <param name="Layer">In front of this layer of the changed model.</param>
    /// <param name="Reference">Where its output is.</param>
    /// <param name="Shortcut">What is added to the output; null for nothing that is known by now.</param>
    public sealed record Place(WeightLayer Layer, Frontier Reference, string? Shortcut);

    /// <inheritdoc/>
    public void Dispose()
    {
        _moments.Dispose();
        _references.ForEach(reference => reference.Dispose());
        _changed.Dispose();
    }

    private static IEnumerable<Batch> First(IBatchSource source, int samples)
    {
        foreach (var batch in source.Read())
        {
            yield return batch;
            samples -= batch.Count;
            if (samples <= 0)
            {
                yield break;
            }
        }
    }

    private bool MovesBias(WeightLayer layer) => _biases.Find(layer, new double[layer.OutputChannels]) is not null;

    // The first that has the layer's output.
    private Frontier? Reference(WeightLayer layer) => _references.Find(reference => reference.IsReachable(layer.Output, Nothing));

    // What is added to the output, where that is known by now in both models.
    private string? Shortcut(WeightLayer layer, Frontier reference)
    {
        if (_uses.OnlyReader(layer.Output) is not { } add || add.Operator() != "Add")
        {
            return null;
        }

        var other = add.Input[0] == layer.Output ? add.Input[1] : add.Input[0];
        return other != layer.Output && _changed.IsReachable(other, _toCome) && reference.IsReachable(other, Nothing) ? other : null;
    }
}
