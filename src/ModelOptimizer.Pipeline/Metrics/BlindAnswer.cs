namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>
/// The best that a model can do that looks at no sample and knows how often each label occurs: what a metric gives to such answers is chance, and only a model
/// that does better can lose anything.
/// </summary>
internal static class BlindAnswer
{
    /// <summary>One output for all samples: of classes and tokens their frequencies, of numbers their means.</summary>
    /// <param name="kind">What the labels are.</param>
    /// <param name="labels">The values of each sample's label.</param>
    /// <param name="width">Values of an output per sample.</param>
    public static IEnumerable<double[]> Constant(LabelKind kind, IReadOnlyList<double[]> labels, int width)
    {
        var answer = kind switch
        {
            LabelKind.Class => Counts(labels, width),
            LabelKind.Tokens => LogCounts(labels, width),
            _ => [.. Enumerable.Range(0, width).Select(value => labels.Average(label => label[value]))],
        };
        return Enumerable.Repeat(answer, labels.Count);
    }

    /// <summary>One output for all samples: the median of each value of the labels.</summary>
    public static IEnumerable<double[]> Medians(IReadOnlyList<double[]> labels, int width)
    {
        double[] answer = [.. Enumerable.Range(0, width).Select(value => labels.Select(label => label[value]).Order().ElementAt(labels.Count / 2))];
        return Enumerable.Repeat(answer, labels.Count);
    }

    /// <summary>
    /// Guesses as often as labels occur, and among the samples of each class alike: sample j of a class of n is taken for the label at the quantile (j + ½)/n
    /// of all labels.
    /// </summary>
    public static IEnumerable<double[]> Guesses(IReadOnlyList<double[]> labels, int width)
    {
        double[] sorted = [.. labels.Select(label => label[0]).Order()];
        var sizes = labels.CountBy(label => label[0]).ToDictionary();
        var seen = new Dictionary<double, int>();
        foreach (var label in labels)
        {
            var place = seen.GetValueOrDefault(label[0]);
            seen[label[0]] = place + 1;
            var answer = new double[width];
            answer[(int)sorted[(int)((place + 0.5) / sizes[label[0]] * sorted.Length)]] = 1;
            yield return answer;
        }
    }

    private static double[] Counts(IReadOnlyList<double[]> labels, int width)
    {
        var counts = new double[width];
        foreach (var label in labels)
        {
            // A single output is the score of class 1, and has no place for class 0.
            if (label[0] < width)
            {
                counts[(int)label[0]]++;
            }
        }

        return counts;
    }

    private static double[] LogCounts(IReadOnlyList<double[]> labels, int width)
    {
        var tokens = labels[0].Length;
        var counts = Counts([.. labels.SelectMany(label => label).Where(token => token >= 0).Select(token => new[] { token })], width / tokens);
        var logarithms = Array.ConvertAll(counts, Math.Log);
        return [.. Enumerable.Repeat(logarithms, tokens).SelectMany(word => word)];
    }
}
