namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Exact unconditional test of "the true drop is at least δ": the chance, at its worst over the unknown probability of a gain, of samples that speak against it
/// as clearly as these do (ordered by <see cref="PairedScore"/>, as Hsueh, Liu and Chen, Biometrics 57, 2001). That probability is searched only where the
/// number of discordant samples makes it credible, and the chance that it lies elsewhere is added (Berger and Boos, JASA 89, 1994).
/// </summary>
internal static class ExactDrop
{
    private const double Elsewhere = 0.0005;
    private const int Steps = 32;

    /// <summary>The p-value of "the true drop is at least <paramref name="drop"/>", which is from 0 to less than 1.</summary>
    public static double PValue(PairedCounts counts, double drop)
    {
        var statistic = PairedScore.Statistic(counts.Samples, counts.Lost, counts.Gained, drop);
        // Discordant are gains with probability q and losses with q + δ.
        var (least, most) = ClopperPearson.Interval(counts.Lost + counts.Gained, counts.Samples, 1 - Elsewhere);
        var low = Math.Clamp((least - drop) / 2, 0, (1 - drop) / 2);
        var high = Math.Clamp((most - drop) / 2, low, (1 - drop) / 2);
        double worst = 0;
        for (var step = 0; step <= Steps; step++)
        {
            worst = Math.Max(worst, AsClear(counts.Samples, statistic, drop, low + ((high - low) * step / Steps)));
        }

        return Math.Min(1, worst + Elsewhere);
    }

    /// <summary>
    /// Chance of a statistic of at most <paramref name="statistic"/> when gains have probability <paramref name="gain"/> and losses <paramref name="drop"/>
    /// more.
    /// </summary>
    private static double AsClear(int samples, double statistic, double drop, double gain)
    {
        var (expected, spread) = (samples * gain, Math.Sqrt((samples * gain) + 1));
        var first = Math.Max(0, (int)(expected - (7 * spread)));
        var last = Math.Min(samples, (int)(expected + (7 * spread) + 7));
        var gains = new BinomialTerms(gain);
        // Of the samples that are not gained, the lost are binomial.
        var losses = new BinomialWalk(samples - first, Math.Min(1, (gain + drop) / (1 - gain)));
        var chance = 0.0;
        for (var gained = first; gained <= last; gained++)
        {
            // More gains make the statistic smaller, so the losses that are still as clear only grow.
            while (losses.Count < losses.Trials && PairedScore.Statistic(samples, losses.Count + 1, gained, drop) <= statistic + 1e-9)
            {
                losses.AddOne();
            }

            chance += gains[samples, gained] * losses.Chance;
            losses.TakeTrial();
        }

        return chance;
    }
}

/// <summary>The distribution function of the binomial distribution along a path of neighbours, at one term a step.</summary>
/// <param name="trials">Number of trials at the start.</param>
/// <param name="probability">Chance of each.</param>
internal sealed class BinomialWalk(int trials, double probability)
{
    private readonly BinomialTerms _terms = new(probability);

    /// <summary>Number of trials.</summary>
    public int Trials { get; private set; } = trials;

    /// <summary>At most so many successes; −1 at the start.</summary>
    public int Count { get; private set; } = -1;

    /// <summary>Chance of at most <see cref="Count"/> successes in <see cref="Trials"/> trials.</summary>
    public double Chance { get; private set; }

    /// <summary>F(k + 1; n) = F(k; n) + f(k + 1; n).</summary>
    public void AddOne()
    {
        Count++;
        Chance += _terms[Trials, Count];
    }

    /// <summary>F(k; n − 1) = F(k; n) + p·f(k; n − 1).</summary>
    public void TakeTrial()
    {
        Trials--;
        if (Count > Trials)
        {
            Count = Trials;
        }
        else if (Count >= 0)
        {
            Chance += probability * _terms[Trials, Count];
        }
    }
}

/// <summary>Probabilities of the binomial distribution for one chance of success, quick for many numbers of trials and successes.</summary>
internal sealed class BinomialTerms(double probability)
{
    private static double[] _logFactorials = [0];

    private readonly double _success = Math.Log(probability);
    private readonly double _failure = Math.Log(1 - probability);

    /// <summary>Chance of exactly <paramref name="count"/> successes in <paramref name="trials"/> trials.</summary>
    public double this[int trials, int count]
    {
        get
        {
            var factorials = LogFactorials(trials);
            // 0 · log 0 is 0 here.
            var log = (count == 0 ? 0 : count * _success) + (count == trials ? 0 : (trials - count) * _failure);
            return Math.Exp(factorials[trials] - factorials[count] - factorials[trials - count] + log);
        }
    }

    private static double[] LogFactorials(int most)
    {
        var table = _logFactorials;
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

        return _logFactorials = longer;
    }
}
