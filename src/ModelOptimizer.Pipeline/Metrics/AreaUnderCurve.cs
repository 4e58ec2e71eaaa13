namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Area under the ROC curve: how likely a sample of a class scores higher than one of the others, equal scores counted half.</summary>
internal sealed class AreaUnderCurve : IJointMetric
{
    public string Name => "auc";

    public string Summary =>
        "area under the ROC curve, equal scores counted half: of class 1 for two classes (one value, or second minus first); else each class against the "
            + "others by its probability, mean over the classes";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Class;

    public OutputMeaning Meaning => OutputMeaning.Scores;

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
        var rankings = Enumerable
            .Range(0, width)
            .Select(kind => new ScoreRanking(rows, kind + 1, width == 1 ? 1 : kind))
            .Where(ranking => ranking.IsDefined)
            .ToArray();
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

/// <summary>
/// Log-probabilities of classes. Logits of different samples cannot be ranked against each other, since a constant added to all of a sample's does not change
/// what it says.
/// </summary>
internal static class ClassScores
{
    /// <summary>Of probabilities their logarithms, of anything else the logarithms of its softmax.</summary>
    public static double[] Of(ReadOnlySpan<double> output)
    {
        var scores = output.ToArray();
        var areProbabilities = Array.TrueForAll(scores, value => value is >= 0 and <= 1) && Math.Abs(scores.Sum() - 1) < 1e-3;
        var total = LogSum.Of(output);
        // A probability of 0 has no logarithm, and is still the lowest of all ranks.
        return Array.ConvertAll(scores, value => areProbabilities ? Math.Log(Math.Max(value, double.Epsilon)) : value - total);
    }
}

/// <summary>Samples in the order of their scores for one class, sorted once so that the area under the curve of many weightings is quick.</summary>
internal sealed class ScoreRanking
{
    private readonly int[] _order;
    private readonly bool[] _belongs;
    private readonly bool[] _endsTie;

    public ScoreRanking(IReadOnlyList<double[]> rows, int column, int kind)
    {
        _order = [.. Enumerable.Range(0, rows.Count).OrderBy(i => rows[i][column])];
        _belongs = [.. _order.Select(i => rows[i][0] == kind)];
        _endsTie = [.. _order.Select((sample, place) => place + 1 == _order.Length || rows[_order[place + 1]][column] != rows[sample][column])];
    }

    /// <summary>Whether there are samples of the class and others.</summary>
    public bool IsDefined => _belongs.Contains(true) && _belongs.Contains(false);

    /// <summary>Share of pairs of a sample of the class and another in which the former has the higher score; NaN when there are no such pairs.</summary>
    public double Area(int[] weights)
    {
        double won = 0;
        long inside = 0, outside = 0, tiedInside = 0, tiedOutside = 0;
        for (var place = 0; place < _order.Length; place++)
        {
            long weight = weights[_order[place]];
            if (_belongs[place])
            {
                tiedInside += weight;
            }
            else
            {
                tiedOutside += weight;
            }

            if (_endsTie[place])
            {
                won += tiedInside * (outside + (tiedOutside / 2.0));
                inside += tiedInside;
                outside += tiedOutside;
                (tiedInside, tiedOutside) = (0, 0);
            }
        }

        return won / ((double)inside * outside);
    }
}
