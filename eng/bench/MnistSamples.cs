using System.IO.Compression;
using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>MNIST as batches of N×1×28×28 floats in [0, 1], for benchmarks of the engine below the manifest.</summary>
/// <param name="folder">The folder with the files.</param>
/// <param name="set"><c>train</c> or <c>t10k</c>.</param>
/// <param name="input">The model's input.</param>
internal sealed class MnistSamples(string folder, string set, string input) : IBatchSource
{
    private const int Pixels = 28 * 28;
    private const int BatchSize = 500;

    private readonly byte[] _images = Read(Path.Combine(folder, $"{set}-images-idx3-ubyte.gz"), headerBytes: 16);
    private readonly byte[] _labels = Read(Path.Combine(folder, $"{set}-labels-idx1-ubyte.gz"), headerBytes: 8);

    public int Count => _labels.Length;

    public IEnumerable<Batch> Read()
    {
        for (var first = 0; first < Count; first += BatchSize)
        {
            var count = Math.Min(BatchSize, Count - first);
            var pixels = Array.ConvertAll(_images[(first * Pixels)..((first + count) * Pixels)], pixel => pixel / 255f);
            var labels = Array.ConvertAll(_labels[first..(first + count)], label => (long)label);
            yield return new Batch(
                new Dictionary<string, HostTensor> { [input] = HostTensor.From<float>(DataType.Float, [count, 1, 28, 28], pixels) },
                count,
                labels
            );
        }
    }

    private static byte[] Read(string path, int headerBytes)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray()[headerBytes..];
    }
}
