namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>An array with one file for each sample.</summary>
internal sealed class FolderArray : ISampleArray
{
    private readonly SampleFolder _folder;
    private readonly FilePattern _pattern;

    /// <summary>Reads the header of the first file, which all others must have.</summary>
    public FolderArray(SampleFolder folder, string root, string name, FilePattern pattern)
    {
        _folder = folder;
        _pattern = pattern;
        Name = $"'{name}' in {root}";
        var (stream, first) = Guarded(0, () => folder.OpenFile(0, pattern));
        stream.Dispose();
        Header = new ArrayHeader(first.Format, [folder.Count, .. first.Shape], 0);
        if (Header.SampleBytes > Array.MaxLength)
        {
            throw new DataProblem(DataCodes.Unsupported, $"'{folder.FileOf(0, pattern)}' has {Header.SampleBytes} bytes, which is more than fits into memory");
        }
    }

    public string Name { get; }

    public ArrayHeader Header { get; }

    public ISampleReader Open() => new FolderSamples(this);

    /// <summary>Reads the file of a sample.</summary>
    public void Read(int sample, byte[] values) => Guarded(sample, () =>
        {
            var (stream, header) = _folder.OpenFile(sample, _pattern);
            using var reader = new StreamSamples(stream, values.Length);
            if (header.Format != Header.Format || !header.Shape.SequenceEqual(Header.SampleShape))
            {
                throw new DataProblem(
                    DataCodes.Folder,
                    $"it has shape {ShapeText.Of(header.Shape)} and elements of type {header.Format}, while '{_folder.FileOf(0, _pattern)}' has shape "
                        + $"{ShapeText.Of(Header.SampleShape)} and elements of type {Header.Format}; all samples must be alike"
                );
            }

            reader.Read(values);
            reader.Finish();
            return true;
        });

    /// <summary>Adds the file's name to what is wrong with it.</summary>
    private T Guarded<T>(int sample, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (DataFailure.IsAboutTheFile(exception))
        {
            var (code, text) = DataFailure.Describe(exception, "while reading it");
            throw new DataProblem(code, $"'{_folder.FileOf(sample, _pattern).Replace('\\', '/')}': {text}", exception);
        }
    }
}

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

    public void Finish() { }

    public void Dispose() { }
}
