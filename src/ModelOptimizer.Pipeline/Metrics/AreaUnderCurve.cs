namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Area under the ROC curve: how likely a sample of a class scores higher than one of the others, equal scores counted half.</summary>
internal sealed class AreaUnderCurve : IJointMetric
{
    public string Name => "auc";

    public string Summary => "area under the ROC curve, equal scores counted half: of class 1 for two classes (one value, or second minus first); else each class against the others by its probability, mean over the classes";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Class;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => false;

    public int LeastValues => 1;

    /// <summary>The label and the score of every class that is ranked: only class 1 where there are two.</summary>
    public double[]? Observe(in MetricSample sample)
    {
        var output = sample.Output;
        if (sample.Class < 0 || sample.Class >= Math.Max(2, output.Length))
        {
            return null;
        }

        return output.Length switch
        {
            1 => [sample.Class, output[0]],
            2 => [sample.Class, output[1] - output[0]],
            _ => [sample.Class, .. ClassScores.Of(output)],
        };
    }

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        var width = rows[0].Length - 1;
        var rankings = Enumerable.Range(0, width).Select(kind => new ScoreRanking(rows, kind + 1, width == 1 ? 1 : kind)).Where(ranking => ranking.IsDefined).ToArray();
        return weights =>
        {
            double sum = 0;
            var defined = 0;
            foreach (var ranking in rankings)
            {
                var area = ranking.Area(weights);
                if (!double.IsNaN(area))
                {
                    sum += area;
                    defined++;
                }
            }

            return sum / defined;
        };
    }
}
