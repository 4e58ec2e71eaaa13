namespace ModelOptimizer.Pipeline.Gates.Statistics;

/// <summary>Probabilities of the binomial distribution for one chance of success, quick for many numbers of trials and successes.</summary>
internal sealed class BinomialTerms(double probability)
{
    private static double[] logFactorials = [0];

    private readonly double success = Math.Log(probability);
    private readonly double failure = Math.Log(1 - probability);

    /// <summary>Chance of exactly <paramref name="count"/> successes in <paramref name="trials"/> trials.</summary>
    public double this[int trials, int count]
    {
        get
        {
            var factorials = LogFactorials(trials);
            // 0 · log 0 is 0 here.
            var log = (count == 0 ? 0 : count * success) + (count == trials ? 0 : (trials - count) * failure);
            return Math.Exp(factorials[trials] - factorials[count] - factorials[trials - count] + log);
        }
    }

    private static double[] LogFactorials(int most)
    {
        var table = logFactorials;
        if (most < table.Length)
        {
            return table;
        }

        var longer = new double[Math.Max(most + 1, 2 * table.Length)];
        table.CopyTo(longer, 0);
        for (var i = table.Length; i < longer.Length; i++)
        {
            longer[i] = longer[i - 1] + Math.Log(i);
        }

        return logFactorials = longer;
    }
}
