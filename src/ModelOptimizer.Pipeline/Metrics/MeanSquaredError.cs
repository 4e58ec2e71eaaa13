namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Mean squared difference of both models' outputs.</summary>
internal sealed class MeanSquaredError : ISampleMetric
{
    public string Name => "mse";

    public string Summary => "mean squared difference of both models' outputs; no labels";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.None;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => true;

    public double Perfect => 0;

    public int LeastValues => 1;

    public double Score(in MetricSample sample) => Differences.MeanSquare(sample.Output, sample.Reference);
}
