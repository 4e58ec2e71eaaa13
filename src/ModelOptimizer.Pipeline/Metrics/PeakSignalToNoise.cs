namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Peak signal-to-noise ratio against the labels, the mean over samples.</summary>
internal sealed class PeakSignalToNoise : IJointMetric
{
    public string Name => "psnr";

    public string Summary => "peak signal-to-noise ratio of output against labels in dB, mean over samples; the peak is the labels' range";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => true;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public int LeastValues => 1;

    /// <summary>A perfect sample would be infinitely good and hide all others.</summary>
    private const double Best = 100;

    public double[] Observe(in MetricSample sample)
    {
        var (least, greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in sample.Targets)
        {
            (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        }

        return [Differences.MeanSquare(sample.Output, sample.Targets), least, greatest];
    }

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        // The peak belongs to the data, not to a draw of them, and both models have the same.
        var peak = rows.Max(row => row[2]) - rows.Min(row => row[1]);
        double[] decibels = [.. rows.Select(row => Math.Min(Best, 10 * Math.Log10(peak * peak / row[0])))];
        return weights => Weighted.Mean(decibels, weights);
    }
}
