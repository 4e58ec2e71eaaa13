namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Mean absolute difference from the labels.</summary>
internal sealed class MeanAbsoluteError : ISampleMetric
{
    public string Name => "mae";

    public string Summary => "mean absolute difference between output and labels";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public double Perfect => 0;

    public int LeastValues => 1;

    public double Score(in MetricSample sample) => Differences.MeanAbsolute(sample.Output, sample.Targets);
}
