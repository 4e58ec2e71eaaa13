namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Cosine of the angle between both models' outputs.</summary>
internal sealed class Cosine : ISampleMetric
{
    public string Name => "cosine";

    public string Summary => "mean cosine similarity of both models' outputs, flattened per sample";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.None;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => true;

    public double Perfect => 1;

    public int LeastValues => 1;

    public double Score(in MetricSample sample)
    {
        double product = 0, output = 0, reference = 0;
        for (var i = 0; i < sample.Output.Length; i++)
        {
            product += sample.Output[i] * sample.Reference[i];
            output += sample.Output[i] * sample.Output[i];
            reference += sample.Reference[i] * sample.Reference[i];
        }

        if (output == 0 || reference == 0)
        {
            // The angle to a zero vector is undefined; equal outputs must still count as equal.
            return double.IsNaN(product) ? double.NaN : output == reference ? 1 : 0;
        }

        return Math.Clamp(product / Math.Sqrt(output * reference), -1, 1);
    }
}
