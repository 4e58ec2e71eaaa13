using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Gathers small batches of one tensor until a product pays: with one sample a batch, a wide layer would otherwise copy its state more often than it multiplies.
/// </summary>
internal sealed class TapBuffer(string tensor, List<MomentAccumulator> accumulators)
{
    private const long LargestBuffer = 16L << 20;

    private byte[] gathered = [];
    private int used;
    private long[] shape = [];
    private TensorElementType type;

    public string Tensor { get; } = tensor;

    public List<MomentAccumulator> Accumulators { get; } = accumulators;

    public void Add(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var next = info.Shape;
        if (used > 0 && (info.ElementDataType != type || !next.AsSpan(1).SequenceEqual(shape.AsSpan(1))))
        {
            Flush();
        }

        var bytes = value.GetTensorSizeInBytes();
        if (next.Length == 0 || !Accumulators.TrueForAll(accumulator => accumulator.MayGather) || (used == 0 && 2 * bytes > LargestBuffer))
        {
            Accumulators.ForEach(accumulator => accumulator.Add(value));
            return;
        }

        if (used + bytes > LargestBuffer)
        {
            Flush();
        }

        Append(value.GetTensorMutableRawData());
        shape = used == bytes ? [.. next] : [shape[0] + next[0], .. shape[1..]];
        type = info.ElementDataType;
    }

    public void Flush()
    {
        if (used == 0)
        {
            return;
        }

        using var all = new PinnedTensor(gathered, type, shape);
        Accumulators.ForEach(accumulator => accumulator.Add(all.Value));
        used = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (used + bytes.Length > gathered.Length)
        {
            Array.Resize(ref gathered, (int)Math.Min(LargestBuffer, Math.Max(2L * gathered.Length, used + bytes.Length)));
        }

        bytes.CopyTo(gathered.AsSpan(used));
        used += bytes.Length;
    }
}
