namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>One file, one sample.</summary>
internal sealed class FolderSamples(FolderArray array) : ISampleReader
{
    private readonly byte[] _values = new byte[array.Header.SampleBytes];
    private int _next;

    public void Skip(long samples) => _next += (int)samples;

    public void Read(Span<byte> sample)
    {
        array.Read(_next++, _values);
        _values.CopyTo(sample);
    }

    public void Finish()
    {
    }

    public void Dispose()
    {
    }
}
