using DigitGenerator;
using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace TrainDigits;

/// <summary>Drawn digits as samples for <c>image</c>: grey values from 0 to 1, and their labels.</summary>
internal sealed class Digits(int count, ulong seed) : IBatchSource
{
    private const int BatchSize = 500;
    private const int Pixels = 28 * 28;

    private readonly DigitSet _set = DigitSet.Write(count, seed);

    public int Count => count;

    public IEnumerable<Batch> Read()
    {
        for (var first = 0; first < count; first += BatchSize)
        {
            var size = Math.Min(BatchSize, count - first);
            var values = Array.ConvertAll(_set.Images[(first * Pixels)..((first + size) * Pixels)], grey => grey / 255f);
            var images = HostTensor.From<float>(DataType.Float, [size, 1, 28, 28], values);
            yield return new Batch(new Dictionary<string, HostTensor> { ["image"] = images }, size, _set.Labels[first..(first + size)]);
        }
    }

    /// <summary>What the network should answer: the label with probability 1 − <paramref name="smoothing"/>, the rest spread over all ten digits.</summary>
    public HostTensor Targets(float smoothing)
    {
        var targets = new float[count * 10];
        for (var i = 0; i < count; i++)
        {
            targets.AsSpan(i * 10, 10).Fill(smoothing / 10);
            targets[(i * 10) + _set.Labels[i]] += 1 - smoothing;
        }

        return HostTensor.From<float>(DataType.Float, [count, 10], targets);
    }
}
