namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>How a sample becomes part of a model input.</summary>
/// <param name="Batch">Extent of the batch dimension, −1 where it is free; null when the input has no batch dimension.</param>
/// <param name="Shape">Shape of one sample as the model sees it.</param>
internal sealed record ShapeFit(long? Batch, long[] Shape)
{
    /// <summary>Fits samples of shape <paramref name="sample"/> to an input declared as <paramref name="declared"/>; null when they do not.</summary>
    public static ShapeFit? Of(long[] sample, long[] declared)
    {
        if (declared.Length == 0)
        {
            // A scalar, or an input of unknown rank: ONNX Runtime reports both like this.
            return sample.All(extent => extent == 1) ? new ShapeFit(null, []) : new ShapeFit(-1, sample);
        }

        return Match(sample, declared[1..]) is { } one ? new ShapeFit(declared[0], one)
            : Match(sample, declared) is { } whole ? new ShapeFit(null, whole)
            : null;
    }

    private static long[]? Match(long[] sample, long[] declared)
    {
        if (sample.Length == declared.Length && sample.Zip(declared).All(pair => pair.Second < 0 || pair.First == pair.Second))
        {
            return sample;
        }

        var found = new List<long[]>();
        Place([.. sample.Where(extent => extent != 1)], declared, 0, [], found);
        // A free dimension can make more than one reading possible; guessing would be silent.
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Puts the extents that are not 1 into the declared dimensions, in order, in every way there is.</summary>
    private static void Place(long[] extents, long[] declared, int used, long[] placed, List<long[]> found)
    {
        if (placed.Length == declared.Length)
        {
            if (used == extents.Length)
            {
                found.Add(placed);
            }

            return;
        }

        var dimension = declared[placed.Length];
        if (used < extents.Length && (dimension < 0 || dimension == extents[used]))
        {
            Place(extents, declared, used + 1, [.. placed, extents[used]], found);
        }

        if (dimension is 1 or < 0)
        {
            Place(extents, declared, used, [.. placed, 1], found);
        }
    }
}
