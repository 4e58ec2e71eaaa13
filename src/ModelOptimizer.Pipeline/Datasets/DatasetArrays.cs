namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>The arrays of a dataset, checked against each other.</summary>
internal sealed class DatasetArrays
{
    private readonly DatasetPlan _dataset;
    private readonly DataFormat _format;

    public DatasetArrays(DatasetPlan dataset)
    {
        _dataset = dataset;
        _format = DataFormats.Of(dataset.Path);
        var container = Read("", () => _format.Open(dataset));
        Inputs = dataset.Inputs.ToDictionary(
            input => input.Key,
            input => new ArraySource(dataset, Read(input.Value, () => container.Input(input.Value))),
            StringComparer.Ordinal
        );
        Labels = dataset.Labels is { } labels ? new ArraySource(dataset, Read(labels, () => container.Labels(labels))) : null;
        var first = Inputs.Values.First();
        Count = first.Header.Count;
        foreach (var other in Labels is null ? Inputs.Values : Inputs.Values.Append(Labels))
        {
            if (other.Header.Count != Count)
            {
                throw Error(
                    DataCodes.Counts,
                    $"has {Count} samples in {first.Name}, and {other.Header.Count} in {other.Name}. All arrays need one entry for each sample"
                );
            }
        }

        if (Count == 0)
        {
            throw Error(DataCodes.NoSamples, $"has no samples: the shape of {first.Name} is {ShapeText.Of(first.Header.Shape)}");
        }
    }

    /// <summary>The array of each model input.</summary>
    public IReadOnlyDictionary<string, ArraySource> Inputs { get; }

    /// <summary>The array of labels: any numbers, one or more a sample; what they must be is for the metrics to say.</summary>
    public ArraySource? Labels { get; }

    /// <summary>Number of samples.</summary>
    public long Count { get; }

    /// <summary>The samples used, in the file's order.</summary>
    public long[] Draw(int? samples, int seed)
    {
        var part = _dataset.Part is { } chosen ? SampleSplit.Indices(Count, chosen, seed) : null;
        var count = part?.LongLength ?? Count;
        if (count == 0)
        {
            throw new DiagnosticException(
                DataCodes.NoSamples,
                $"Dataset '{_dataset.Name}' has no samples: its share of {Count} samples is less than one. Give it a larger share.",
                _dataset.Part!.Position
            );
        }

        if (samples > count)
        {
            throw Error(
                DataCodes.TooFewSamples,
                $"has {count} samples, and 'samples: {samples}' asks for more. Ask for fewer, or leave 'samples' out to take all"
            );
        }

        var drawn = SampleDraw.Indices(count, samples, seed);
        return part is null ? drawn : Array.ConvertAll(drawn, index => part[index]);
    }

    /// <summary>An error at the dataset.</summary>
    public DiagnosticException Error(string code, string what) => new(code, $"Dataset '{_dataset.Name}' {what}.", _dataset.Position);

    private T Read<T>(string array, Func<T> read)
    {
        var name = _format.Naming == ArrayNaming.Name ? $"array '{array}' of {_dataset.Path}" : _dataset.Path ?? array;
        return DataFailure.Guard(_dataset, name, "while opening it", read);
    }
}

/// <summary>Which samples of a dataset are used.</summary>
internal static class SampleDraw
{
    /// <summary>
    /// A draw of <paramref name="wanted"/> out of <paramref name="count"/> without replacement, every subset equally likely, in the file's order; all when
    /// null.
    /// </summary>
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

/// <summary>Cuts a dataset into parts.</summary>
internal static class SampleSplit
{
    // Not the stream of numbers that samples are drawn with: the draw must not depend on what the split did.
    private const long Stream = long.MinValue;

    /// <summary>
    /// The samples of a part, in the file's order: a section of one shuffled order of all samples, so that parts whose sections do not overlap share none.
    /// </summary>
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
