using System.Globalization;
using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Methods.Quantization.Rate;

/// <summary>
/// Finds the level e at which the codes take as many bits as they may. Every weight's step is δ = e·√(12/N)·g/√G, N the number of all weights, G what an error
/// of its layer's outputs does (<see cref="Sensitivities"/>) and g the geometric mean of 1/R_kk (<see cref="SuccessiveRounding"/>): then the rounding errors of
/// all layers add up, to first order, to e² of the outputs' variance, and a bit more or less is worth the same in all of them.
/// </summary>
internal sealed class LevelSearch
{
    // How far the bits may be from what is asked for.
    private const double Tolerance = 0.01;
    private const int MostWalks = 10;

    // The level at 2 bits a weight of ordinary networks: where the search starts. A bit less is twice the level.
    private const double UsualLevel = 0.1;

    // From three bits and a half more in every weight to nearly three less, in quarters of a bit.
    private static readonly double[] Octaves = [.. Enumerable.Range(-14, 26).Select(quarters => quarters / 4.0)];

    // Anything within a budget is better than what is above it.
    private const double FarAbove = 1e6;

    // By how much a level changes at most from one walk to the next.
    private const double MostChange = 16;

    private readonly StepContext _context;
    private readonly QuantizeOptions _options;
    private readonly RateWalk _walk;
    private readonly Sensitivities _sensitivities;
    private readonly List<double[]> _weights;
    private readonly double _count;

    /// <param name="context">The model.</param>
    /// <param name="targets">Its weights.</param>
    /// <param name="sensitivities">Of these.</param>
    /// <param name="options">The step's.</param>
    public LevelSearch(StepContext context, IReadOnlyList<WeightTarget> targets, Sensitivities sensitivities, QuantizeOptions options)
    {
        (_context, _options) = (context, options);
        _walk = new RateWalk(context, targets.Select(target => target.Name).ToHashSet(StringComparer.Ordinal), options.Position);
        _sensitivities = sensitivities;
        var constants = new ConstantLookup(context.Model.Graph);
        _weights = [.. targets.Select(target => WeightValues.ReadDoubles(constants[target.Layer.Weight]))];
        _count = targets.Sum(target => (double)target.Layer.WeightCount);
    }

    /// <summary>Rounds at <paramref name="rate"/> bits a weight, within a hundredth of that.</summary>
    public (IReadOnlyList<EntropyCodedWeight> Weights, double Level) AtRate(double rate) => Search(
        UsualLevel * Math.Pow(2, 2 - rate),
        weights => weights.Sum(weight => weight.Bits) - (rate * _count),
        excess => Math.Abs(excess) / (Tolerance * rate * _count));

    /// <summary>Rounds so that <paramref name="shipped"/> is at most <paramref name="limit"/> bytes, and little below.</summary>
    /// <exception cref="DiagnosticException">No level is that small.</exception>
    public (IReadOnlyList<EntropyCodedWeight> Weights, double Level) Within(double limit, Func<IReadOnlyList<EntropyCodedWeight>, long> shipped)
    {
        var least = double.PositiveInfinity;
        var found = Search(
            UsualLevel,
            weights =>
            {
                var bytes = shipped(weights);
                least = Math.Min(least, bytes);
                // A little less than the limit: it must not be passed.
                return 8 * (bytes - ((1 - (Tolerance / 2)) * limit));
            },
            excess => excess / (8 * Tolerance / 2 * limit) is var share && share > 1 ? FarAbove * share : Math.Abs(share));
        return shipped(found.Weights) <= limit ? found : throw TooSmall(limit, least);
    }

    /// <summary>Steps at levels around the usual one, with what they are expected to take and to do.</summary>
    /// <param name="before">What each weight takes in the file, by tensor.</param>
    public IReadOnlyList<LayerChoices> Choices(IReadOnlyDictionary<string, long> before)
    {
        var rounded = Rounded(UsualLevel);
        return [.. _weights.Zip(rounded, (values, weight) => new LayerChoices(
            weight.Rounded.Target.Name,
            [
                new Choice.Keep(),
                .. Octaves.Select(octaves => Math.Pow(2, octaves)).Select(change => new Choice.Step(
                    (float)(weight.Step * change),
                    (CodeEntropy.BitsOfNearest(values, weight.Step * change) / 8) - before[weight.Rounded.Tensor.Name],
                    values.Length * Math.Pow(UsualLevel * change, 2) / _count)),
            ]))];
    }

    private DiagnosticException TooSmall(double limit, double least)
    {
        double original = ModelStatistics.Bytes(_context.Original);
        var percent = Budget.LeastPercent(least, original);
        return new DiagnosticException(
            MethodCodes.BudgetTooSmall,
            FormattableString.Invariant($"the budget of {limit:#,0} shipped bytes is below what was reached: {least:#,0} bytes, {percent} of the original's ")
                + FormattableString.Invariant($"{original:#,0}. What is not selected or cannot be rounded counts too, and with ")
                + $"'embed: {{ compression: none }}' a code takes 4 bits at least. Raise the budget to {percent}, or select more layers.",
            _options.BudgetPosition);
    }

    // excess: bits above what is asked for; distance: from them to how far that is, 1 where it is near enough.
    private (IReadOnlyList<EntropyCodedWeight> Weights, double Level) Search(
        double level,
        Func<IReadOnlyList<EntropyCodedWeight>, double> excess,
        Func<double, double> distance
    )
    {
        (IReadOnlyList<EntropyCodedWeight> Weights, double Level) best = ([], 0);
        var nearest = double.PositiveInfinity;
        // Levels that are known to be too low and too high.
        var (low, high) = (0.0, double.PositiveInfinity);
        for (var walks = 0; walks < MostWalks && nearest > 1; walks++)
        {
            var rounded = Rounded(level);
            var found = excess(rounded);
            if (distance(found) < nearest)
            {
                (best, nearest) = ((rounded, level), distance(found));
            }

            (low, high) = found > 0 ? (Math.Max(low, level), high) : (low, Math.Min(high, level));
            level *= Change(rounded, found);
            // Below half a bit codes of solved weights are not those of the nearest numbers, and what that predicts is left of what is known.
            if (level <= low || level >= high)
            {
                level = low == 0 ? high / MostChange : double.IsInfinity(high) ? low * MostChange : Math.Sqrt(low * high);
            }
        }

        return best;
    }

    private IReadOnlyList<EntropyCodedWeight> Rounded(double level) => _walk.Run(
        (target, measure) => Step(target, measure, level),
        target => FormattableString.Invariant($"level {level}, one is {Step(target, null, 1)}"));

    private double Step(WeightTarget target, RoundingMeasure? measure, double level) => measure is null
        ? level * Math.Sqrt(target.Layer.WeightCount / (_count * _sensitivities.Effect(target)))
        : level * Math.Sqrt(12 / (_count * _sensitivities.Gradient(target, measure.Energy))) * measure.Spread;

    // The change of the level that takes away the excess, if weights were rounded to the nearest numbers, which takes no walk to know.
    private double Change(IReadOnlyList<EntropyCodedWeight> rounded, double excess)
    {
        double Bits(double change) => _weights.Zip(rounded, (values, weight) => CodeEntropy.BitsOfNearest(values, weight.Step * change)).Sum();
        var wanted = Bits(1) - excess;
        var (low, high) = (1 / MostChange, MostChange);
        for (var i = 0; i < 24; i++)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = Bits(middle) > wanted ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(low * high);
    }
}

/// <summary>What codes cost under an ideal coder that knows how often each occurs.</summary>
internal static class CodeEntropy
{
    /// <summary>−Σ n_c·log₂(n_c/n), in bits.</summary>
    public static double Bits(ReadOnlySpan<sbyte> codes)
    {
        Span<int> counts = stackalloc int[1 << 8];
        counts.Clear();
        foreach (var code in codes)
        {
            counts[code - sbyte.MinValue]++;
        }

        var bits = 0.0;
        foreach (var count in counts)
        {
            bits -= count == 0 ? 0 : count * Math.Log2((double)count / codes.Length);
        }

        return bits;
    }

    /// <summary>The same for the multiples of <paramref name="step"/> that are nearest to <paramref name="values"/>.</summary>
    public static double BitsOfNearest(double[] values, double step) =>
        Bits(Array.ConvertAll(values, value => (sbyte)Math.Clamp(Math.Round(value / step), sbyte.MinValue, sbyte.MaxValue)));
}
