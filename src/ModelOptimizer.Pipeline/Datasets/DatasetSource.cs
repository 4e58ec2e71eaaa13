using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>The chosen samples of a dataset, in batches; every <see cref="Read"/> is one pass through the files.</summary>
internal sealed class DatasetSource(IReadOnlyDictionary<string, InputFeed> feeds, DatasetArrays arrays, long[] indices, int batchSize) : IBatchSource
{
    public int Count => indices.Length;

    public IEnumerable<Batch> Read()
    {
        var readers = new List<(string Name, InputFeed Feed, SampleStream Stream, byte[] Raw, Scratch Values)>();
        var labels = arrays.Labels is { } source ? new LabelStream(arrays, source) : null;
        try
        {
            foreach (var (name, feed) in feeds)
            {
                readers.Add(
                    (name, feed, new SampleStream(feed.Source), new byte[feed.Source.Header.SampleBytes], new Scratch(feed.Source.Header.SampleElements))
                );
            }

            foreach (var chunk in indices.Chunk(batchSize))
            {
                var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
                foreach (var (name, feed, stream, raw, values) in readers)
                {
                    var tensor = feed.Tensor(chunk.Length);
                    for (var i = 0; i < chunk.Length; i++)
                    {
                        stream.Read(chunk[i], raw);
                        feed.Convert(raw, values, tensor.Bytes.AsSpan(i * feed.SampleBytes, feed.SampleBytes), chunk[i]);
                    }

                    inputs.Add(name, tensor);
                }

                var batch = new Batch(inputs, chunk.Length) { Rows = chunk };
                yield return labels?.Label(batch, chunk) ?? batch;
            }

            labels?.Finish();
            readers.ForEach(reader => reader.Stream.Finish());
        }
        finally
        {
            labels?.Dispose();
            readers.ForEach(reader => reader.Stream.Dispose());
        }
    }
}

/// <summary>Reads the labels of chosen samples: classes, or any numbers, one or more a sample.</summary>
internal sealed class LabelStream(DatasetArrays arrays, ArraySource source) : IDisposable
{
    private readonly SampleStream _stream = new(source);
    private readonly byte[] _raw = new byte[source.Header.SampleBytes];

    private bool AreClasses => source.Header is { Format.Kind: not ElementKind.Float, SampleElements: 1 };

    /// <summary><paramref name="batch"/> with the labels of the samples that are in it.</summary>
    public Batch Label(Batch batch, long[] samples)
    {
        var width = (int)source.Header.SampleElements;
        var values = new double[samples.Length * width];
        for (var i = 0; i < samples.Length; i++)
        {
            var sample = values.AsSpan(i * width, width);
            _stream.Read(samples[i], _raw);
            source.Header.Format.ToDouble(_raw, sample);
            foreach (var value in sample)
            {
                if (!double.IsFinite(value))
                {
                    throw arrays.Error(
                        DataCodes.Labels,
                        $"expects finite numbers as labels; sample {samples[i]} of {source.Name} has "
                            + $"{value.ToString(System.Globalization.CultureInfo.InvariantCulture)}. Correct the file, or leave the sample out"
                    );
                }
            }
        }

        return AreClasses ? batch with { Labels = Array.ConvertAll(values, value => (long)value), Targets = values } : batch with { Targets = values };
    }

    /// <summary>Called after the last sample.</summary>
    public void Finish() => _stream.Finish();

    public void Dispose() => _stream.Dispose();
}
