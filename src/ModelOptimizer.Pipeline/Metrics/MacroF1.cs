namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>F1 of each class, the mean over the classes that occur in the labels.</summary>
internal sealed class MacroF1 : IJointMetric
{
    public string Name => "f1-macro";

    public string Summary => "F1 of each class (the greatest output is the prediction), mean over the classes that occur in the labels";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Class;

    public OutputMeaning Meaning => OutputMeaning.Scores;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => false;

    public int LeastValues => 2;

    /// <summary>Guesses: one class for all samples has no F1 of the others.</summary>
    public IEnumerable<double[]> Blind(IReadOnlyList<double[]> labels, int width) => BlindAnswer.Guesses(labels, width);

    public double[]? Observe(in MetricSample sample) =>
        sample.Class >= 0 && sample.Class < sample.Output.Length && Ranking.First(sample.Output) is { } predicted ? [sample.Class, predicted] : null;

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        int[] labels = [.. rows.Select(row => (int)row[0])];
        int[] predictions = [.. rows.Select(row => (int)row[1])];
        var classes = labels.Concat(predictions).DefaultIfEmpty().Max() + 1;
        return weights => Of(labels, predictions, weights, classes);
    }

    /// <summary>A sample of the rarest class, for there a loss weighs most, that is taken for the second rarest.</summary>
    public (double[] Original, double[] Compressed)? WorstLoss(IReadOnlyList<double[]> original)
    {
        var rarest = original.CountBy(row => row[0]).OrderBy(count => count.Value).ThenBy(count => count.Key).Select(count => count.Key).ToArray();
        var instead = rarest.Length > 1 ? rarest[1] : rarest[0] + 1;
        return ([rarest[0], rarest[0]], [rarest[0], instead]);
    }

    /// <summary>2·hits / (samples of the class + predictions of it) of every class, averaged.</summary>
    private static double Of(int[] labels, int[] predictions, int[] weights, int classes)
    {
        var (hits, expected, predicted) = (new long[classes], new long[classes], new long[classes]);
        for (var i = 0; i < labels.Length; i++)
        {
            expected[labels[i]] += weights[i];
            predicted[predictions[i]] += weights[i];
            hits[labels[i]] += labels[i] == predictions[i] ? weights[i] : 0;
        }

        double sum = 0;
        var occurring = 0;
        for (var kind = 0; kind < classes; kind++)
        {
            if (expected[kind] > 0)
            {
                sum += 2.0 * hits[kind] / (expected[kind] + predicted[kind]);
                occurring++;
            }
        }

        return sum / occurring;
    }
}
