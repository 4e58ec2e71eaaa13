namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>F1 of all classes' hits and misses counted together: with one label a sample, the share of right samples.</summary>
internal sealed class MicroF1 : ISampleMetric
{
    private readonly TopK share = new(1);

    public string Name => "f1-micro";

    public string Summary => "F1 with the hits and misses of all classes counted together; with one label a sample this is top1";

    public ScoreKind Scores => ScoreKind.ZeroOrOne;

    public LabelKind Labels => LabelKind.Class;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => false;

    public double Perfect => 1;

    public int LeastValues => share.LeastValues;

    public double Score(in MetricSample sample) => share.Score(sample);
}
