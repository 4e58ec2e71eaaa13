namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The set 𝒞 that a layer's compressed weights lie in: tensor trains, or matrices with few numbers that are not zero.</summary>
/// <param name="Modes">Mode sizes of the train; empty for pruning.</param>
/// <param name="Ranks">The train's bonds; for pruning the number of weights kept. What reports and lock files list.</param>
internal sealed record WeightSet(IReadOnlyList<int> Modes, IReadOnlyList<int> Ranks)
{
    public bool IsTensorTrain => Modes.Count > 0;

    /// <summary>Numbers that it takes.</summary>
    public long Parameters => IsTensorTrain ? TensorTrainRanks.Parameters(Modes, Ranks) : Ranks[0];

    public static WeightSet Pruned(int kept) => new([], [kept]);

    /// <summary>Ŵ for <paramref name="weight"/>.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="weight">W.</param>
    /// <param name="published">Whether pruning works on W itself.</param>
    public WeightCopy Copy(ILinearAlgebra algebra, Matrix weight, bool published) => IsTensorTrain
        ? new TensorTrainCopy(algebra, weight, Modes, Ranks)
        : published
            ? new AliasedCopy(weight, 1 - ((double)Ranks[0] / weight.Values.Length))
            : new PrunedCopy(weight, Ranks[0]);
}

/// <summary>A layer and what shall become of it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Set">The set its weights shall lie in; null leaves it alone, or trains it without compression.</param>
/// <param name="Reason">Why it is not compressed; null when it is.</param>
internal sealed record SelectedLayer(WeightLayer Layer, WeightSet? Set, string? Reason);

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
