namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Whether both models put their greatest output at the same index.</summary>
internal sealed class Agreement : ISampleMetric
{
    public string Name => "agreement";

    public string Summary => "share of samples whose greatest output has the same index in both models";

    public ScoreKind Scores => ScoreKind.ZeroOrOne;

    public LabelKind Labels => LabelKind.None;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => true;

    public double Perfect => 1;

    public int LeastValues => 2;

    public double Score(in MetricSample sample) => (Ranking.First(sample.Output), Ranking.First(sample.Reference)) switch
    {
        (null, _) or (_, null) => double.NaN,
        var (output, reference) => output == reference ? 1 : 0,
    };
}
