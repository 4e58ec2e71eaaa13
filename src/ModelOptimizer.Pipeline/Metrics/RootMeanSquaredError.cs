namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Root of the mean squared difference from the labels.</summary>
internal sealed class RootMeanSquaredError : IJointMetric
{
    public string Name => "rmse";

    public string Summary => "root of the mean squared difference between output and labels";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public int LeastValues => 1;

    public double[] Observe(in MetricSample sample) => [Differences.MeanSquare(sample.Output, sample.Targets)];

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        double[] errors = [.. rows.Select(row => row[0])];
        return weights => Math.Sqrt(Weighted.Mean(errors, weights));
    }
}
