namespace ModelOptimizer.Pipeline.Gates.Statistics;

/// <summary>The distribution function of the binomial distribution along a path of neighbours, at one term a step.</summary>
/// <param name="trials">Number of trials at the start.</param>
/// <param name="probability">Chance of each.</param>
internal sealed class BinomialWalk(int trials, double probability)
{
    private readonly BinomialTerms terms = new(probability);

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
        Chance += terms[Trials, Count];
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
            Chance += probability * terms[Trials, Count];
        }
    }
}
