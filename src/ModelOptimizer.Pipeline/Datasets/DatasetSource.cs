using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>The chosen samples of a dataset, in batches; every <see cref="Read"/> is one pass through the files.</summary>
internal sealed class DatasetSource(IReadOnlyDictionary<string, InputFeed> feeds, ArraySource? labels, long[] indices, int batchSize) : IBatchSource
{
    public int Count => indices.Length;

    public IEnumerable<Batch> Read()
    {
        var readers = new List<(string Name, InputFeed Feed, SampleStream Stream, byte[] Raw, Scratch Values)>();
        var labelStream = labels is null ? null : new SampleStream(labels);
        try
        {
            foreach (var (name, feed) in feeds)
            {
                readers.Add((name, feed, new SampleStream(feed.Source), new byte[feed.Source.Header.SampleBytes], new Scratch(feed.Source.Header.SampleElements)));
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

                yield return new Batch(inputs, chunk.Length, labelStream is null ? null : [.. chunk.Select(index => Label(labelStream, index))]);
            }
        }
        finally
        {
            labelStream?.Dispose();
            readers.ForEach(reader => reader.Stream.Dispose());
        }
    }

    private long Label(SampleStream stream, long index)
    {
        var format = labels!.Header.Format;
        Span<byte> bytes = stackalloc byte[8];
        stream.Read(index, bytes[..format.Width]);
        return (format.Kind, format.Width) switch
        {
            (ElementKind.Unsigned, 1) => bytes[0],
            (ElementKind.Unsigned, 2) => MemoryMarshal.Read<ushort>(bytes),
            (ElementKind.Unsigned, 4) => MemoryMarshal.Read<uint>(bytes),
            (ElementKind.Signed, 1) => (sbyte)bytes[0],
            (ElementKind.Signed, 2) => MemoryMarshal.Read<short>(bytes),
            (ElementKind.Signed, 4) => MemoryMarshal.Read<int>(bytes),
            _ => MemoryMarshal.Read<long>(bytes),
        };
    }
}
