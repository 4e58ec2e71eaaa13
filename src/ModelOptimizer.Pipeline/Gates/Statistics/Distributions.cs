namespace ModelOptimizer.Pipeline.Gates;

/// <summary>The normal and the binomial distribution and what inverts them, each to nearly full relative accuracy however small the chance.</summary>
internal static class Distributions
{
    private const double Precision = 1e-16;
    private const int MostSteps = 2000;

    // Below, the tail's continued fraction; above, the series around the middle.
    private const double Tail = 0.02;
    private const int FractionTerms = 100;

    private static readonly double[] Factorials = [.. Enumerable.Range(0, 16).Select(n => Enumerable.Range(1, n).Aggregate(1.0, (product, i) => product * i))];

    /// <summary>The x that a standard normal variable is below with chance <paramref name="chance"/>.</summary>
    public static double NormalQuantile(double chance) => chance switch
    {
        <= 0 => double.NegativeInfinity,
        >= 1 => double.PositiveInfinity,
        > 0.5 => -NormalQuantile(1 - chance),
        < Tail => -TailQuantile(chance),
        _ => -MiddleQuantile(0.5 - chance),
    };

    /// <summary>Chance of at most <paramref name="count"/> successes in <paramref name="trials"/> trials.</summary>
    public static double AtMost(int count, int trials, double probability) =>
        count < 0 ? 0
        : count >= trials || probability <= 0 ? 1
        : probability >= 1 ? 0
        : count < trials * probability ? SumDown(count, trials, probability)
        : 1 - SumUp(count + 1, trials, probability);

    /// <summary>Chance of at least <paramref name="count"/> successes: the incomplete beta function of count and trials − count + 1.</summary>
    public static double AtLeast(int count, int trials, double probability) =>
        count <= 0 ? 1
        : count > trials || probability <= 0 ? 0
        : probability >= 1 ? 1
        : count > trials * probability ? SumUp(count, trials, probability)
        : 1 - SumDown(count - 1, trials, probability);

    /// <summary>The probability at which at least <paramref name="count"/>, one or more, successes have chance <paramref name="tail"/>.</summary>
    public static double ProbabilityOfAtLeast(int count, int trials, double tail) =>
        Solve(count, trials, tail, p => AtLeast(count, trials, p), p => Term(count, trials, p) * count / p);

    /// <summary>The probability at which at most <paramref name="count"/>, fewer than all, successes have chance <paramref name="tail"/>.</summary>
    public static double ProbabilityOfAtMost(int count, int trials, double tail) =>
        Solve(count, trials, tail, p => AtMost(count, trials, p), p => -Term(count, trials, p) * (trials - count) / (1 - p));

    // With Mills' ratio M, the tail over the density (Laplace): ln Q = −x²/2 − ln √2π + ln M, of slope −1/M.
    private static double TailQuantile(double chance)
    {
        var x = Math.Sqrt(-2 * Math.Log(chance));
        for (var step = 0; step < MostSteps; step++)
        {
            var mills = x;
            for (var k = FractionTerms; k > 0; k--)
            {
                mills = x + (k / mills);
            }

            mills = 1 / mills;
            var change = mills * ((-x * x / 2) - (Math.Log(2 * Math.PI) / 2) + Math.Log(mills) - Math.Log(chance));
            x += change;
            if (Math.Abs(change) <= 4 * Precision * x)
            {
                break;
            }
        }

        return x;
    }

    // Φ(x) − ½ = φ(x)·(x + x³/3 + x⁵/(3·5) + …)
    private static double MiddleQuantile(double excess)
    {
        var x = excess * Math.Sqrt(2 * Math.PI);
        for (var step = 0; step < MostSteps; step++)
        {
            double term = x, sum = x;
            for (var k = 3; term > Precision * sum; k += 2)
            {
                term *= x * x / k;
                sum += term;
            }

            var density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
            var change = (excess / density) - sum;
            x += change;
            if (Math.Abs(change) <= 4 * Precision * x)
            {
                break;
            }
        }

        return x;
    }

    // Terms that fall, each from the one before.
    private static double SumUp(int count, int trials, double p)
    {
        var term = Term(count, trials, p);
        var sum = term;
        for (var k = count; k < trials && term > Precision * sum; k++)
        {
            term *= (trials - k) * p / ((k + 1) * (1 - p));
            sum += term;
        }

        return sum;
    }

    private static double SumDown(int count, int trials, double p)
    {
        var term = Term(count, trials, p);
        var sum = term;
        for (var k = count; k > 0 && term > Precision * sum; k--)
        {
            term *= k * (1 - p) / ((trials - k + 1) * p);
            sum += term;
        }

        return sum;
    }

    /// <summary>
    /// Chance of exactly so many successes, by what n! lacks to Stirling's formula and the deviances of successes and failures from what is expected (Loader
    /// 2000, Fast and Accurate Computation of Binomial Probabilities): no difference of large logarithms.
    /// </summary>
    private static double Term(int count, int trials, double p)
    {
        double n = trials, k = count, excess = k - (n * p);
        if (count == 0 || count == trials)
        {
            return Math.Exp(count == 0 ? -Deviance(n, n * (1 - p), n * p) - (n * p) : n * Math.Log(p));
        }

        var stirling = BeyondStirling(trials) - BeyondStirling(count) - BeyondStirling(trials - count);
        return Math.Exp(stirling - Deviance(k, n * p, excess) - Deviance(n - k, n * (1 - p), -excess)) * Math.Sqrt(n / (2 * Math.PI * k * (n - k)));
    }

    // ln n! − ln(√(2πn)·(n/e)ⁿ)
    private static double BeyondStirling(int n) => n < Factorials.Length
        ? Math.Log(Factorials[n]) - (Math.Log(2 * Math.PI * n) / 2) - (n * Math.Log(n)) + n
        : ((1 / 12.0) - (((1 / 360.0) - (((1 / 1260.0) - (((1 / 1680.0) - (1 / 1188.0 / n / n)) / n / n)) / n / n)) / n / n)) / n;

    // x·ln(x/m) + m − x for x = m + d
    private static double Deviance(double x, double m, double d)
    {
        var v = d / (x + m);
        if (Math.Abs(v) > 0.1)
        {
            return (x * Math.Log(x / m)) - d;
        }

        double sum = d * v, power = 2 * x * v;
        for (var k = 3; k < MostSteps; k += 2)
        {
            power *= v * v;
            var next = sum + (power / k);
            if (next == sum)
            {
                break;
            }

            sum = next;
        }

        return sum;
    }

    // Newton's iteration on the logarithm of the chance; bisection where it leaves the bracket.
    private static double Solve(int count, int trials, double tail, Func<double, double> chance, Func<double, double> slope)
    {
        double low = 0, high = 1, p = Math.Clamp(count, 0.5, trials - 0.5) / trials;
        var rising = slope(p) > 0;
        for (var step = 0; step < MostSteps; step++)
        {
            var found = chance(p);
            (low, high) = found < tail == rising ? (p, high) : (low, p);
            var next = p - (Math.Log(found / tail) * found / slope(p));
            next = next > low && next < high ? next : (low + high) / 2;
            var change = Math.Abs(next - p);
            p = next;
            if (change <= 4 * Precision * p)
            {
                break;
            }
        }

        return p;
    }
}
