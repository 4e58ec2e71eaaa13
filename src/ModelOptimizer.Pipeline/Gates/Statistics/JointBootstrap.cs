using ModelOptimizer.Pipeline.Evaluation;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Bounds of what is computed from all samples together, by the percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13):
/// each draw takes samples of both models together. In simulations at a true drop of exactly the limit, percentile, basic and BCa bounds pass equally often for
/// continuous metrics; for F1, whose drops come from few samples, the basic and the BCa bound pass twice as often as they should with 200 samples, and the
/// percentile bound does not.
/// </summary>
internal sealed class JointBootstrap
{
    // One less than a round number: quantile k/(B + 1) is then the k-th of the sorted draws.
    private const int Draws = 1999;

    private readonly double[] _values = [];

    /// <summary>Draws from <paramref name="scores"/>.</summary>
    /// <param name="scores">Both models' samples.</param>
    /// <param name="statistic">What is bounded, of the original's and the compressed model's value.</param>
    /// <param name="seed">Seed of the draws.</param>
    public JointBootstrap(JointScores scores, Func<double, double, double> statistic, int seed)
    {
        if (scores.Samples < StudentizedBootstrap.LeastSamples)
        {
            return;
        }

        var random = new Random(seed);
        var weights = new int[scores.Items];
        _values = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            Array.Clear(weights);
            for (var i = 0; i < scores.Samples; i++)
            {
                weights[random.Next(weights.Length)]++;
            }

            var (original, compressed) = scores.Resampled(weights);
            _values[draw] = statistic(original, compressed);
        }

        // A draw without a value, such as one class only for an area under a curve, comes first: below all for the lower bound, and counted as above all for
        // the upper one.
        Array.Sort(_values);
    }

    /// <summary>The true value is less than this with one-sided <paramref name="confidence"/>; infinite when the samples do not say.</summary>
    public double Upper(double confidence)
    {
        var undefined = _values.TakeWhile(double.IsNaN).Count();
        var index = undefined + Index(confidence);
        return index < _values.Length ? _values[index] : double.PositiveInfinity;
    }

    /// <summary>The true value is more than this with one-sided <paramref name="confidence"/>; minus infinity when the samples do not say.</summary>
    public double Lower(double confidence)
    {
        var index = Index(1 - confidence);
        return _values.Length == 0 || double.IsNaN(_values[index]) ? double.NegativeInfinity : _values[index];
    }

    private static int Index(double quantile) => Math.Clamp((int)Math.Round(quantile * (Draws + 1)) - 1, 0, Draws - 1);
}
