namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Which samples of a dataset are used.</summary>
internal static class SampleDraw
{
    /// <summary>A draw of <paramref name="wanted"/> out of <paramref name="count"/> without replacement, every subset equally likely, in the file's order; all when null.</summary>
    public static long[] Indices(long count, int? wanted, int seed)
    {
        var chosen = new long[wanted ?? count];
        var random = new SplitMix((ulong)(uint)seed);
        var taken = 0;
        for (long index = 0; taken < chosen.Length; index++)
        {
            // Selection sampling: what is still needed out of what is still left.
            if (random.NextDouble() * (count - index) < chosen.Length - taken)
            {
                chosen[taken++] = index;
            }
        }

        return chosen;
    }
}
