namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Bounds of a mean by the studentised bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 12). Per-sample errors are skewed, and of
/// the usual bounds this one keeps its level best there: it learns the skew of (mean − true mean) / standard error, which the t bound ignores and the
/// percentile bound gets the wrong way round.
/// </summary>
internal sealed class StudentizedBootstrap
{
    /// <summary>With fewer samples the tail that decides is not among them, and nothing is said.</summary>
    public const int LeastSamples = 20;

    // One less than a round number: quantile k/(B + 1) is then the k-th of the sorted draws.
    private const int Draws = 1999;

    private readonly double[] _statistics = [];
    private readonly double _standardError;
    private readonly int _samples;

    public StudentizedBootstrap(double[] values, int seed)
    {
        _samples = values.Length;
        Mean = values.Average();
        var deviations = Array.ConvertAll(values, value => value - Mean);
        _standardError = StandardError(deviations.Sum(), deviations.Sum(value => value * value), _samples);
        // All values equal: nothing to draw from.
        if (_samples >= LeastSamples && deviations.Any(value => Math.Abs(value) > 1e-12 * Math.Abs(Mean)))
        {
            _statistics = Draw(deviations, new Random(seed));
        }
    }

    public double Mean { get; }

    /// <summary>The mean is less than this with one-sided <paramref name="confidence"/>; infinite when the samples do not say.</summary>
    public double Upper(double confidence) => Bound(1 - confidence, double.PositiveInfinity);

    /// <summary>The mean is more than this with one-sided <paramref name="confidence"/>; minus infinity when the samples do not say.</summary>
    public double Lower(double confidence) => Bound(confidence, double.NegativeInfinity);

    private double Bound(double quantile, double unknown)
    {
        if (_samples < LeastSamples)
        {
            return unknown;
        }

        if (_statistics.Length == 0)
        {
            return Mean;
        }

        var index = Math.Clamp((int)Math.Round(quantile * (Draws + 1)) - 1, 0, Draws - 1);
        return Mean - (_statistics[index] * _standardError);
    }

    private static double[] Draw(double[] deviations, Random random)
    {
        var result = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            double sum = 0, squares = 0;
            for (var i = 0; i < deviations.Length; i++)
            {
                var value = deviations[random.Next(deviations.Length)];
                sum += value;
                squares += value * value;
            }

            var error = StandardError(sum, squares, deviations.Length);
            var mean = sum / deviations.Length;
            // Without spread a draw's distance is infinite: the sample has too few different values to learn from, and the bound says so.
            result[draw] = error > 0 ? mean / error : mean == 0 ? 0 : mean > 0 ? double.PositiveInfinity : double.NegativeInfinity;
        }

        Array.Sort(result);
        return result;
    }

    private static double StandardError(double sum, double squares, int count) =>
        count < 2 ? 0 : Math.Sqrt(Math.Max(0, squares - (sum * sum / count)) / (count - 1.0) / count);
}
