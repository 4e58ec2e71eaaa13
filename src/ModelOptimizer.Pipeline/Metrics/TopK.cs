namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Whether the label is among the k greatest values of the output.</summary>
internal sealed class TopK(int k) : ISampleMetric
{
    public string Name => $"top{k}";

    public string Summary => k == 1
        ? "share of samples whose greatest output is at the label's index"
        : $"share of samples whose label's index is among the {k} greatest outputs";

    public ScoreKind Scores => ScoreKind.ZeroOrOne;

    public LabelKind Labels => LabelKind.Class;

    public OutputMeaning Meaning => OutputMeaning.Scores;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => false;

    public double Perfect => 1;

    public int LeastValues => k + 1;

    public double Score(in MetricSample sample)
    {
        if (sample.Class < 0 || sample.Class >= sample.Output.Length)
        {
            return double.NaN;
        }

        return Ranking.Place(sample.Output, (int)sample.Class) switch
        {
            null => double.NaN,
            var place => place < k ? 1 : 0,
        };
    }
}
