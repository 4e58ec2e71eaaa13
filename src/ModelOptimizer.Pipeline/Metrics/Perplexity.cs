namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>How many words a language model hesitates between: e to the mean negative log-likelihood of the labels.</summary>
internal sealed class Perplexity : IJointMetric
{
    public string Name => "perplexity";

    public string Summary =>
        "e to the mean negative log-likelihood of the labels (token numbers; negative ones are padding and left out), the output being logits [samples, "
            + "tokens, words] or [samples, words]";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Tokens;

    public OutputMeaning Meaning => OutputMeaning.Scores;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public int LeastValues => 2;

    public double[]? Observe(in MetricSample sample)
    {
        var words = sample.Output.Length / sample.Targets.Length;
        double sum = 0;
        var tokens = 0;
        for (var token = 0; token < sample.Targets.Length; token++)
        {
            var label = sample.Targets[token];
            if (label >= words)
            {
                return null;
            }

            if (label >= 0)
            {
                var logits = sample.Output.Slice(token * words, words);
                sum += LogSum.Of(logits) - logits[(int)label];
                tokens++;
            }
        }

        return [sum, tokens];
    }

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        double[] sums = [.. rows.Select(row => row[0])];
        double[] tokens = [.. rows.Select(row => row[1])];
        // Every token counts, so long samples count more; without any token it is 0 / 0.
        return weights => Math.Exp(Weighted.Mean(sums, weights) / Weighted.Mean(tokens, weights));
    }
}
