using ModelOptimizer.Pipeline.Datasets.Formats;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Reads an array sample by sample, forwards.</summary>
internal sealed class SampleStream : IDisposable
{
    private const int ChunkBytes = 1 << 17;

    private readonly ArraySource source;
    private readonly Stream stream;
    private readonly byte[] skipped = new byte[ChunkBytes];
    private long next;

    public SampleStream(ArraySource source)
    {
        this.source = source;
        (stream, _) = source.Guarded(source.OpenStream);
    }

    /// <summary>Reads the sample <paramref name="index"/>, which must not lie before the last one read, in the machine's byte order.</summary>
    public void Read(long index, Span<byte> sample)
    {
        try
        {
            Skip((index - next) * source.Header.SampleBytes);
            stream.ReadExactly(sample);
        }
        catch (Exception exception) when (ArraySource.IsAboutTheFile(exception))
        {
            throw source.Problem(exception, $"while reading sample {index} of {source.Header.Count}");
        }

        source.Header.Format.ToNative(sample);
        next = index + 1;
    }

    public void Dispose() => stream.Dispose();

    private void Skip(long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            return;
        }

        for (; bytes > 0; bytes -= Math.Min(bytes, ChunkBytes))
        {
            stream.ReadExactly(skipped, 0, (int)Math.Min(bytes, ChunkBytes));
        }
    }
}
