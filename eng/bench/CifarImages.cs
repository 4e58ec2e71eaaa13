using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ModelOptimizer.Tensors.Data;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>CIFAR-10 images with labels, normalised as the networks here were trained.</summary>
/// <param name="Pixels">N×3×32×32.</param>
/// <param name="Labels">N.</param>
/// <param name="Input">The model's input.</param>
internal sealed record CifarImages(byte[] Pixels, long[] Labels, string Input) : IBatchSource
{
    public const string Preprocess = "scale: 1/255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]";

    private const int Plane = 32 * 32;
    private const int Image = 3 * Plane;
    private const int BatchSize = 100;

    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    public int Count => Labels.Length;

    /// <param name="path">An archive with <c>images</c> (uint8) and <c>labels</c> (int64).</param>
    /// <param name="input">The model's input.</param>
    public static CifarImages Load(string path, string input)
    {
        using var archive = ZipFile.OpenRead(path);
        var labels = Read(archive, "labels.npy");
        return new CifarImages(
            Read(archive, "images.npy"),
            [.. Enumerable.Range(0, labels.Length / 8).Select(i => BinaryPrimitives.ReadInt64LittleEndian(labels.AsSpan(8 * i)))],
            input
        );
    }

    /// <summary>Some images of each class, drawn by <paramref name="seed"/>.</summary>
    public CifarImages PerClass(int count, int seed)
    {
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(order);
        var chosen = order.GroupBy(i => Labels[i]).SelectMany(group => group.Take(count)).Order().ToList();
        return this with { Pixels = [.. chosen.SelectMany(i => Pixels[(i * Image)..((i + 1) * Image)])], Labels = [.. chosen.Select(i => Labels[i])] };
    }

    /// <summary>Writes the images as <c>images.npy</c>, for a manifest.</summary>
    public void Save(string folder)
    {
        var text = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({Count}, 3, 32, 32), }}";
        var header = Encoding.ASCII.GetBytes(text.PadRight(117) + '\n');
        File.WriteAllBytes(Path.Combine(folder, "images.npy"), [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. Pixels]);
    }

    public IEnumerable<Batch> Read()
    {
        for (var first = 0; first < Count; first += BatchSize)
        {
            var count = Math.Min(BatchSize, Count - first);
            float[] values =
            [
                .. Enumerable.Range(first * Image, count * Image).Select(i => ((Pixels[i] / 255f) - Mean[i / Plane % 3]) / Deviation[i / Plane % 3]),
            ];
            yield return new Batch(
                new Dictionary<string, HostTensor> { [Input] = HostTensor.From<float>(DataType.Float, [count, 3, 32, 32], values) },
                count,
                Labels[first..(first + count)]
            );
        }
    }

    private static byte[] Read(ZipArchive archive, string name)
    {
        using var entry = archive.GetEntry(name)!.Open();
        using var memory = new MemoryStream();
        entry.CopyTo(memory);
        var bytes = memory.ToArray();
        return bytes[(10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)))..];
    }
}
