namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Mean squared difference of both models' outputs.</summary>
internal sealed class MeanSquaredError : IMetric
{
    public string Name => "mse";

    public string Summary => "mean squared difference of both models' outputs";

    public ScoreKind Scores => ScoreKind.Real;

    public bool NeedsLabels => false;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => true;

    public double Perfect => 0;

    public int LeastValues => 1;

    public double Score(in MetricSample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Output.Length; i++)
        {
            var difference = sample.Output[i] - sample.Reference[i];
            sum += difference * difference;
        }

        return sum / sample.Output.Length;
    }
}
