namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>What an array file says before its elements; the first dimension counts the samples.</summary>
/// <param name="Format">How the elements lie in the file.</param>
/// <param name="Shape">Extents, samples first.</param>
/// <param name="Offset">Bytes before the first element.</param>
internal sealed record ArrayHeader(ElementFormat Format, long[] Shape, long Offset)
{
    /// <summary>Number of samples.</summary>
    public long Count => Shape.Length == 0 ? 0 : Shape[0];

    /// <summary>Shape of one sample.</summary>
    public long[] SampleShape => Shape.Length == 0 ? [] : Shape[1..];

    /// <summary>Number of elements of one sample.</summary>
    public long SampleElements => SampleShape.Aggregate(1L, (product, extent) => checked(product * extent));

    /// <summary>Bytes of one sample.</summary>
    public long SampleBytes => checked(SampleElements * Format.Width);
}
