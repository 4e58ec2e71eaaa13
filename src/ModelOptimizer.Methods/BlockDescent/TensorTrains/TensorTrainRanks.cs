namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Bonds of tensor trains.</summary>
internal static class TensorTrainRanks
{
    /// <summary>The largest bonds that are not wasted: min(n_1…n_k, n_{k+1}…n_m).</summary>
    public static IReadOnlyList<int> Full(IReadOnlyList<int> modes) => Limited(modes, [.. Enumerable.Repeat(int.MaxValue, modes.Count - 1)]);

    /// <summary>r_k = min(r, r_{k−1}·n_k, n_{k+1}…n_m) for one r per bond.</summary>
    public static IReadOnlyList<int> Limited(IReadOnlyList<int> modes, IReadOnlyList<int> ranks)
    {
        var limited = new int[modes.Count - 1];
        var before = 1L;
        for (var k = 0; k + 1 < modes.Count; k++)
        {
            var behind = modes.Skip(k + 1).Aggregate(1L, (product, mode) => product * mode);
            before = Math.Min(ranks[k], Math.Min(before * modes[k], behind));
            limited[k] = (int)before;
        }

        return limited;
    }

    /// <summary>Σ r_{k−1}·n_k·r_k.</summary>
    public static long Parameters(IReadOnlyList<int> modes, IReadOnlyList<int> ranks)
    {
        var sum = 0L;
        for (var k = 0; k < modes.Count; k++)
        {
            sum += (k == 0 ? 1L : ranks[k - 1]) * modes[k] * (k + 1 == modes.Count ? 1 : ranks[k]);
        }

        return sum;
    }
}
