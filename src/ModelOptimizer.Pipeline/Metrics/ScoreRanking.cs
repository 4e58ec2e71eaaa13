namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Samples in the order of their scores for one class, sorted once so that the area under the curve of many weightings is quick.</summary>
internal sealed class ScoreRanking
{
    private readonly int[] order;
    private readonly bool[] belongs;
    private readonly bool[] endsTie;

    public ScoreRanking(IReadOnlyList<double[]> rows, int column, int kind)
    {
        order = [.. Enumerable.Range(0, rows.Count).OrderBy(i => rows[i][column])];
        belongs = [.. order.Select(i => rows[i][0] == kind)];
        endsTie = [.. order.Select((sample, place) => place + 1 == order.Length || rows[order[place + 1]][column] != rows[sample][column])];
    }

    /// <summary>Whether there are samples of the class and others.</summary>
    public bool IsDefined => belongs.Contains(true) && belongs.Contains(false);

    /// <summary>Share of pairs of a sample of the class and another in which the former has the higher score; NaN when there are no such pairs.</summary>
    public double Area(int[] weights)
    {
        double won = 0;
        long inside = 0, outside = 0, tiedInside = 0, tiedOutside = 0;
        for (var place = 0; place < order.Length; place++)
        {
            long weight = weights[order[place]];
            if (belongs[place])
            {
                tiedInside += weight;
            }
            else
            {
                tiedOutside += weight;
            }

            if (endsTie[place])
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
