using System.Globalization;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// <c>weights: auto</c>: how many bits each weight takes, by what rounding it alone does to the outputs on the calibration data. Every weight is rounded at few
/// bits, where its effect can be told from nothing; with more bits the error falls by the square of the number of steps.
/// </summary>
internal sealed class BitAllocation
{
    private const string WorthKeeping = "the budget is better saved elsewhere";

    // What weights share in the file is known when all are chosen: the budget inside is corrected by what the model would take.
    private const int Corrections = 12;
    private static readonly WeightFormat[] Rounded = [.. new[] { "4", "3", "2", "ternary" }.Select(name => WeightFormat.Find(name)!)];

    private readonly StepContext _context;
    private readonly Func<WeightTarget, WeightFormat, RoundedWeight> _round;
    private readonly OutputDivergence? _divergence;
    private readonly TensorUses _uses;
    private readonly List<Layer> _layers = [];

    /// <summary>Rounds every weight at a few widths and measures the effects: most of the time goes here.</summary>
    /// <param name="context">The step's context, with the second moments collected.</param>
    /// <param name="targets">Weights without an obstacle.</param>
    /// <param name="round">Rounds one of them.</param>
    /// <param name="rounding">How, in a word: what is kept from run to run is kept by it.</param>
    public BitAllocation(
        StepContext context,
        IReadOnlyList<WeightTarget> targets,
        Func<WeightTarget, WeightFormat, RoundedWeight> round,
        string rounding)
    {
        (_context, _round) = (context, round);
        (_divergence, _uses) = (OutputDivergence.Of(context, targets.Count), new TensorUses(context.Model.Proto));
        var (looks, samples) = OutputDivergence.Afford(context, targets.Count);
        var before = StoredWeights.BytesNow(context.Model);
        var types = new ConstantLookup(context.Model.Graph);
        foreach (var target in targets)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(new MethodProgress($"bits of {target.Name}", _layers.Count, targets.Count));
            var key = string.Create(CultureInfo.InvariantCulture, $"quantize effect of {target.Name}: {rounding}, {looks} looks, {samples} samples");
            var numbers = context.Numbers(key, () => Measure(target, looks));
            var type = types[target.Layer.Weight].DataType;
            double Change(WeightFormat format) =>
                StoredWeights.MemberBytes(RoundedTensor.Empty(target, format, type), context.Model) - before[target.Layer.Weight];
            List<Option> smaller = [.. WeightFormat.All
                .Where(format => format.Bits < ElementTypes.Bits(type))
                .Select(format => new Option(format, Change(format), SquaredError(format, numbers)))
                .Where(option => option.Bytes < 0)];
            // A float16 number says more than a code only where nothing else is smaller.
            _layers.Add(new Layer(
                target,
                smaller.Exists(option => option.Format.HasCodes) ? [.. smaller.Where(option => option.Format.HasCodes)] : smaller,
                Effect(numbers)));
        }
    }

    /// <summary>What could be done to each weight.</summary>
    public IReadOnlyList<LayerChoices> Choices =>
    [
        .. _layers.Where(layer => layer.Options.Count > 0).Select(layer => new LayerChoices(
            layer.Target.Name,
            [
                new Choice.Keep(),
                .. layer.Options.Select(option => new Choice.Bits(option.Format.Choice.Count, option.Bytes, layer.Effect.At(option.SquaredError))),
            ])
        {
            FactorOf = layer.Target.FactorOf,
        }),
    ];

    /// <summary>A line for each weight: its error over its bits.</summary>
    public IReadOnlyList<Series> Series =>
    [
        .. _layers.Where(layer => layer.Options.Count > 0).Select(layer => new Series(
            "error by width",
            layer.Target.Name,
            "bits",
            "relative Σ-error",
            [.. layer.Options
                .GroupBy(option => option.Format.Bits)
                .OrderBy(options => options.Key)
                .Select(options => new SeriesPoint(options.Key, Math.Sqrt(options.Min(option => option.SquaredError))))])),
    ];

    /// <summary>The choice for each weight with which the file has at most <paramref name="limit"/> bytes; null when it cannot be that small.</summary>
    /// <param name="limit">Bytes.</param>
    /// <param name="without">Weights that stay as they are.</param>
    public IReadOnlyDictionary<string, Choice>? Within(double limit, IReadOnlySet<string> without)
    {
        List<Layer> layers = [.. _layers.Where(layer => !without.Contains(layer.Target.Name))];
        List<IReadOnlyList<Alternative<Option?>>> alternatives = [.. layers.Select(layer => layer.Alternatives)];
        var change = limit - _context.Model.SizeInBytes;
        for (var attempt = 0; attempt < Corrections && LagrangianAllocator.Choose(alternatives, change) is { } chosen; attempt++)
        {
            var excess = Size(layers, chosen) - limit;
            if (excess <= 0)
            {
                return Named(layers, chosen);
            }

            // From what was chosen: what weights share is in no one's bytes, so that the same choice may come again until this is below it.
            change = chosen.Sum(option => option.Cost) - excess;
        }

        var smallest = Smallest(layers);
        return Size(layers, smallest) <= limit ? Named(layers, smallest) : null;
    }

    /// <summary>Bytes of the smallest file.</summary>
    public double Least => Size(_layers, Smallest(_layers));

    private static IReadOnlyList<Alternative<Option?>> Smallest(List<Layer> layers) =>
        [.. layers.Select(layer => layer.Alternatives.OrderBy(option => option.Cost).ThenBy(option => option.Penalty).First())];

    // Of the written file: packed without its numbers.
    private double Size(List<Layer> layers, IReadOnlyList<Alternative<Option?>> chosen) => StoredWeights.Pack(
        _context.Model,
        [.. layers.Zip(chosen).Where(pair => pair.Second.Item is not null).Select(pair => RoundedTensor.Empty(
            pair.First.Target,
            pair.Second.Item!.Format,
            pair.First.Target.Layer.ElementType))]).Model.SizeInBytes;

    private static Dictionary<string, Choice> Named(List<Layer> layers, IReadOnlyList<Alternative<Option?>> chosen) => layers
        .Zip(chosen)
        .ToDictionary(
            pair => pair.First.Target.Name,
            pair => (Choice?)pair.Second.Item?.Format.Choice
                ?? new Choice.Keep(pair.First.Options.Count > 0 ? WorthKeeping : PackedWeights.NotSmaller),
            StringComparer.Ordinal);

    // e² of the rounded widths, then e² and divergence of those that were looked at.
    private double[] Measure(WeightTarget target, int looks)
    {
        var rounded = Rounded.Select(format => _round(target, format)).ToList();
        double[] errors = [.. rounded.Select(weight => weight.RelativeError * weight.RelativeError)];
        IEnumerable<int> seen = _divergence is null ? [] : looks == 1 ? [1] : Enumerable.Range(0, 3);
        return
        [
            .. errors,
            .. seen.Select(index => (Error: errors[index], Divergence: _divergence!.Measure(
                    RoundedWeight.Apply(_context.Model, [rounded[index]]),
                    _uses.OnlyReader(target.Layer.Weight))))
                .Where(point => point is { Error: > 0, Divergence: > 0 and < double.PositiveInfinity })
                .SelectMany(point => new[] { point.Error, point.Divergence }),
        ];
    }

    private static LayerEffect Effect(double[] numbers) =>
        new([.. numbers.Skip(Rounded.Length).Chunk(2).Select(pair => (pair[0], pair[1])).DistinctBy(pair => pair.Item1).OrderBy(pair => pair.Item1)]);

    // With one step for each code, e² is that of the widest that was rounded times the square of the ratio of the steps.
    private static double SquaredError(WeightFormat format, double[] numbers) => Array.IndexOf(Rounded, format) switch
    {
        >= 0 and var index => numbers[index],
        _ when !format.HasCodes => 0,
        _ => numbers[0] * Math.Pow((double)Rounded[0].Highest / format.Highest, 2),
    };

    /// <summary>A weight.</summary>
    /// <param name="Target">It.</param>
    /// <param name="Options">The formats in which it is smaller.</param>
    /// <param name="Effect">What its error does to the outputs.</param>
    private sealed record Layer(WeightTarget Target, IReadOnlyList<Option> Options, LayerEffect Effect)
    {
        public IReadOnlyList<Alternative<Option?>> Alternatives =>
            [new(null, 0, 0), .. Options.Select(option => new Alternative<Option?>(option, option.Bytes, Effect.At(option.SquaredError)))];
    }

    private sealed record Option(WeightFormat Format, double Bytes, double SquaredError);
}
