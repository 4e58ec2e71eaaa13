using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Statistics;

/// <summary>One array of samples for the input <c>x</c>, cut into batches.</summary>
internal sealed class Batches(double[] values, long[] shape, int batchSize, DataType type = DataType.Float) : IBatchSource
{
    public int Count => (int)shape[0];

    public IEnumerable<Batch> Read()
    {
        var width = values.Length / Math.Max(1, Count);
        for (var first = 0; first < Count; first += batchSize)
        {
            var count = Math.Min(batchSize, Count - first);
            var part = values[(first * width)..((first + count) * width)];
            long[] extents = [count, .. shape[1..]];
            var tensor = type switch
            {
                DataType.Double => HostTensor.From<double>(type, extents, part),
                DataType.Float16 => HostTensor.From<Half>(type, extents, Array.ConvertAll(part, value => (Half)value)),
                DataType.Bfloat16 => HostTensor.From<ushort>(
                    type,
                    extents,
                    Array.ConvertAll(part, value => (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16))
                ),
                _ => HostTensor.From<float>(type, extents, Array.ConvertAll(part, value => (float)value)),
            };
            yield return new Batch(new Dictionary<string, HostTensor> { ["x"] = tensor }, count);
        }
    }

    /// <summary>Numbers of three binary digits: exact in every floating-point type.</summary>
    public static double[] Exact(long[] shape, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.Next(-8, 9) / 8.0)];
    }
}
