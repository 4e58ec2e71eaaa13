namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Mode sizes for a layer that names none: both sides cut into small factors, so that one bond lies exactly between rows and columns.</summary>
internal static class ModeChoice
{
    // Modes of about four give the most bonds that still have something to cut.
    private const int Smallest = 4;

    /// <summary>n_1…n_m for a matrix of this shape; at least two modes.</summary>
    public static IReadOnlyList<int> For(int rows, int columns) => [.. Cut(rows), .. Cut(columns)];

    private static List<int> Cut(int extent)
    {
        List<int> modes = [];
        var mode = 1;
        foreach (var prime in Primes(extent))
        {
            mode *= prime;
            if (mode >= Smallest)
            {
                modes.Add(mode);
                mode = 1;
            }
        }

        if (mode > 1 || modes.Count == 0)
        {
            modes.Add(mode);
        }

        return modes;
    }

    // Falling: the small primes are left to fill modes up.
    private static List<int> Primes(int extent)
    {
        List<int> primes = [];
        for (var prime = 2; prime * prime <= extent; prime++)
        {
            while (extent % prime == 0)
            {
                primes.Add(prime);
                extent /= prime;
            }
        }

        if (extent > 1)
        {
            primes.Add(extent);
        }

        primes.Reverse();
        return primes;
    }
}
