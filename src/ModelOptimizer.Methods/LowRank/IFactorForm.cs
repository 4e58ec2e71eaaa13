namespace ModelOptimizer.Methods.LowRank;

/// <summary>Which ranks one kernel can have in a factorization, and what its chain then looks like.</summary>
internal interface IFactorForm
{
    FactorShape Shape { get; }

    /// <summary>What a fraction of the ranks is a fraction of.</summary>
    IReadOnlyList<int> FullRanks { get; }

    /// <summary>The ranks nearest to <paramref name="ranks"/> that this kernel can have and that waste nothing.</summary>
    RankPair Usable(RankPair ranks);

    /// <summary>The same fraction of every full rank.</summary>
    RankPair Share(double fraction);

    /// <summary>Whether all ranks are multiples of <paramref name="multiple"/>, or full, or of a layer too narrow for that.</summary>
    bool IsLiked(RankPair ranks, int multiple);

    /// <summary>Ranks that a curve has no points of, with the errors that it suggests for them; none where it has all that are worth having.</summary>
    /// <param name="curve">By rising rank.</param>
    IEnumerable<CurvePoint> Between(IReadOnlyList<CurvePoint> curve) => [];

    /// <summary>Ranks from one number for all or one for each, usable or not.</summary>
    RankPair Read(IReadOnlyList<int> written);

    /// <summary>The ranks as the report and the lock file have them.</summary>
    IReadOnlyList<int> Write(RankPair ranks);

    /// <summary>The weights of the chain's links, all groups together; always as many links, those that are left out with 0.</summary>
    IReadOnlyList<ChainLink> Links(RankPair ranks);

    /// <summary>The chain's weights without numbers, to find out what a chain weighs.</summary>
    FactorTensors Empty(RankPair ranks);
}

/// <summary>The extents of one layer's kernel, per group.</summary>
/// <param name="Outputs">T of one group.</param>
/// <param name="Inputs">S of one group.</param>
/// <param name="Taps">K.</param>
/// <param name="Groups">Number of groups.</param>
internal readonly record struct FactorShape(int Outputs, int Inputs, int Taps, int Groups)
{
    /// <summary>A 1×1 kernel or a matrix: two factors, one rank.</summary>
    public bool IsMatrix => Taps == 1;

    /// <summary>Weights as they are.</summary>
    public long Parameters => (long)Groups * Outputs * Inputs * Taps;

    /// <summary>The multiple nearest to a rank; the rank itself where it is full or the layer has no room for two multiples.</summary>
    public static int Liked(int rank, int full, int multiple) =>
        multiple <= 1 || rank >= full || full < 2 * multiple
            ? rank
            : Math.Max(1, (int)Math.Round((double)rank / multiple, MidpointRounding.AwayFromZero)) * multiple;
}

/// <summary>One factor of a chain.</summary>
/// <param name="Weights">Number of weights.</param>
/// <param name="Axes">How many spatial axes have the window's output extents where it runs, from the first on; null for all.</param>
internal readonly record struct ChainLink(long Weights, int? Axes = null);

/// <summary>A matrix or 1×1 kernel as two: one rank R, in <see cref="RankPair.Output"/>.</summary>
internal sealed record MatrixForm(FactorShape Shape) : IFactorForm
{
    /// <summary>The largest rank that is not wasted.</summary>
    public int Full => Math.Min(Shape.Outputs, Shape.Inputs);

    public IReadOnlyList<int> FullRanks => [Full];

    public RankPair Usable(RankPair ranks) => At(Math.Min(ranks.Output, Full));

    public RankPair Share(double fraction) => At(UniformAllocator.Rank(fraction, Full));

    public bool IsLiked(RankPair ranks, int multiple) => FactorShape.Liked(ranks.Output, Full, multiple) == ranks.Output;

    public RankPair Read(IReadOnlyList<int> written) => At(written.Min());

    public IReadOnlyList<int> Write(RankPair ranks) => [ranks.Output];

    public IReadOnlyList<ChainLink> Links(RankPair ranks) =>
        [new((long)Shape.Groups * ranks.Output * Shape.Inputs), new((long)Shape.Groups * ranks.Output * Shape.Outputs)];

    public FactorTensors Empty(RankPair ranks) =>
        new(null, [new CoreTensor(new Matrix(Shape.Groups * ranks.Output, Shape.Inputs))], new Matrix(Shape.Groups * Shape.Outputs, ranks.Output));

    public RankPair At(int rank) => new(rank, Shape.Inputs);
}

/// <summary>
/// Ranks of one layer; a matrix has its one rank in <paramref name="Output"/> and its full width in <paramref name="Input"/>, CP its one rank in both.
/// </summary>
internal readonly record struct RankPair(int Output, int Input);

/// <summary>The same fraction f of every full rank, R = max(1, round(f·full)), f the largest that fits.</summary>
internal static class UniformAllocator
{
    /// <summary>round(f·full), at least 1; halves go up.</summary>
    public static int Rank(double fraction, int full) => Math.Clamp((int)Math.Floor((fraction * full) + 0.5 + 1e-9), 1, full);

    /// <summary>The largest f at which <paramref name="cost"/> is within <paramref name="budget"/>; null when none is.</summary>
    /// <param name="fullRanks">Every full rank that occurs: f matters only where one of the products passes a half.</param>
    /// <param name="cost">The cost at an f; it must not fall as f rises.</param>
    /// <param name="budget">The most it may be.</param>
    public static double? Largest(IEnumerable<int> fullRanks, Func<double, double> cost, double budget)
    {
        double[] steps = [0, .. fullRanks.Distinct().SelectMany(full => Enumerable.Range(1, full - 1).Select(rank => (rank + 0.5) / full)).Distinct().Order()];
        var (fits, fails) = (-1, steps.Length);
        while (fails - fits > 1)
        {
            var middle = (fits + fails) / 2;
            (fits, fails) = cost(steps[middle]) <= budget ? (middle, fails) : (fits, middle);
        }

        return fits < 0 ? null : steps[fits];
    }
}
