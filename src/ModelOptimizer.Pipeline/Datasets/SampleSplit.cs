namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Cuts a dataset into parts.</summary>
internal static class SampleSplit
{
    // Not the stream of numbers that samples are drawn with: the draw must not depend on what the split did.
    private const long Stream = long.MinValue;

    /// <summary>The samples of a part, in the file's order: a section of one shuffled order of all samples, so that parts whose sections do not overlap share none.</summary>
    public static long[] Indices(long count, DatasetPart part, int seed)
    {
        var order = new long[count];
        var random = SplitMix.For(seed, Stream);
        for (var last = 0L; last < count; last++)
        {
            // Fisher and Yates, from the inside out.
            var place = (long)(random.NextDouble() * (last + 1));
            order[last] = order[place];
            order[place] = last;
        }

        var (start, end) = (Boundary(count, part.Start), Boundary(count, part.End));
        var chosen = order[(int)start..(int)end];
        Array.Sort(chosen);
        return chosen;
    }

    private static long Boundary(long count, double share) => (long)Math.Round(count * share, MidpointRounding.AwayFromZero);
}
