namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Reads an array sample by sample, forwards.</summary>
internal sealed class SampleStream(ArraySource source) : IDisposable
{
    private readonly ISampleReader _reader = source.Open();
    private long _next;

    /// <summary>Reads the sample <paramref name="index"/>, which must not lie before the last one read, in the machine's byte order.</summary>
    public void Read(long index, Span<byte> sample)
    {
        try
        {
            if (index > _next)
            {
                _reader.Skip(index - _next);
            }

            _reader.Read(sample);
        }
        catch (Exception exception) when (DataFailure.IsAboutTheFile(exception))
        {
            throw source.Problem(exception, $"while reading sample {index} of {source.Header.Count}");
        }

        source.Header.Format.ToNative(sample);
        _next = index + 1;
    }

    /// <summary>Called after the last sample: packed files are read on to the checksum at their end.</summary>
    public void Finish()
    {
        try
        {
            _reader.Finish();
        }
        catch (Exception exception) when (DataFailure.IsAboutTheFile(exception))
        {
            throw source.Problem(exception, "at its end");
        }
    }

    public void Dispose() => _reader.Dispose();
}
