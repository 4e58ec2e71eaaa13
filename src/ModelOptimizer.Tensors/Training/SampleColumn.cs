using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Training;

/// <summary>One array of <paramref name="capacity"/> samples, a row each.</summary>
internal sealed class SampleColumn(DataType type, long[] row, int rowBytes, int capacity)
{
    // In blocks, as an array of the framework ends at two gigabytes.
    private const int BlockBytes = 1 << 26;

    private readonly int rowsPerBlock = Math.Max(1, BlockBytes / Math.Max(1, rowBytes));
    private readonly List<byte[]> blocks = [];

    public DataType Type => type;

    public long[] Row => row;

    public int Count { get; private set; }

    public long Bytes => (long)Count * rowBytes;

    public bool Takes(HostTensor tensor) => tensor.Type == type && tensor.Shape.Length > 0 && tensor.Shape.AsSpan(1).SequenceEqual(row);

    /// <summary>Appends the rows of <paramref name="tensor"/>.</summary>
    public void Append(ReadOnlySpan<byte> tensor, int rows)
    {
        for (var i = 0; i < rows; i++, Count++)
        {
            if (Count % rowsPerBlock == 0)
            {
                blocks.Add(new byte[checked(Math.Min(rowsPerBlock, capacity - Count) * rowBytes)]);
            }

            tensor.Slice(i * rowBytes, rowBytes).CopyTo(RowAt(Count));
        }
    }

    /// <summary>A tensor for <paramref name="rows"/> rows.</summary>
    public HostTensor Buffer(int rows) => new(type, [rows, .. row], new byte[checked(rows * rowBytes)]);

    public void CopyTo(HostTensor buffer, ReadOnlySpan<int> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            RowAt(samples[i]).CopyTo(buffer.Bytes.AsSpan(i * rowBytes));
        }
    }

    private Span<byte> RowAt(int sample) => blocks[sample / rowsPerBlock].AsSpan(sample % rowsPerBlock * rowBytes, rowBytes);
}
