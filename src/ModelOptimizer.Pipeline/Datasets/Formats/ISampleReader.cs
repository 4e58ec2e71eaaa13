namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>One pass through the samples of an array, forwards.</summary>
internal interface ISampleReader : IDisposable
{
    /// <summary>Passes over samples.</summary>
    void Skip(long samples);

    /// <summary>Reads the next sample as it is in the file, bytes in the file's order.</summary>
    void Read(Span<byte> sample);

    /// <summary>Reads on to where the file says whether it is whole, if it has such a place.</summary>
    void Finish();
}
