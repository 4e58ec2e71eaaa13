namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Samples that lie one behind the other.</summary>
internal sealed class StreamSamples(Stream stream, long sampleBytes) : ISampleReader
{
    private const int ChunkBytes = 1 << 17;

    private byte[]? _skipped;

    public void Skip(long samples)
    {
        if (stream.CanSeek)
        {
            stream.Seek(samples * sampleBytes, SeekOrigin.Current);
            return;
        }

        _skipped ??= new byte[ChunkBytes];
        for (var bytes = samples * sampleBytes; bytes > 0; bytes -= Math.Min(bytes, ChunkBytes))
        {
            stream.ReadExactly(_skipped, 0, (int)Math.Min(bytes, ChunkBytes));
        }
    }

    public void Read(Span<byte> sample) => stream.ReadExactly(sample);

    // Packed files have a checksum at their end; others have none, and can be skipped in.
    public void Finish()
    {
        if (!stream.CanSeek)
        {
            _skipped ??= new byte[ChunkBytes];
            while (stream.Read(_skipped) > 0)
            {
            }
        }
    }

    public void Dispose() => stream.Dispose();
}
