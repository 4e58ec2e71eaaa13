using System.Globalization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Bench;

/// <summary>
/// What others do to the weights of ResNet-20, without calibration data: 8 and 4 bits to the nearest number with max|w| as the end of the grid, and 16 numbers
/// of each tensor's own. Bytes are counted in their favour: those of the file with the weights' bytes replaced by codes and tables, no node more.
/// </summary>
internal static class RivalsTable
{
    private const int Palette = 16;
    private const int Rounds = 100;

    public static int Run(string shared)
    {
        var resnet = new ResNet20(shared);
        var original = OnnxModel.Load(resnet.Source);
        var test = CifarImages.Load(
            Path.Combine(Path.GetFullPath(Path.Combine(shared, "data", "cifar10")), "test-5000-jpeg.npz"),
            original.Graph.Input[0].Name);
        Console.WriteLine("| weights | file | of the original | Brotli | top-1 |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Row("the original", original, original.ToBytes());
        Rounded("8 bits, nearest, a scale for each output channel", original, weight => Nearest(weight, 8));
        Rounded("4 bits, nearest, a scale for each output channel", original, weight => Nearest(weight, 4));
        Rounded("palette of 16 numbers for each tensor, k-means", original, KMeans);
        return 0;

        void Row(string name, OnnxModel model, byte[] file)
        {
            var packed = Packing.Pack(file, EmbedCompression.Brotli, hasBrotli: true).Bytes.Length;
            var whole = (double)original.SizeInBytes;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {file.Length:#,0} | {file.Length / whole:P2} | {packed / whole:P2} | {Top1(model, test):P2} |"));
        }

        void Rounded(string name, OnnxModel model, Func<StoredRows, (double[] Values, byte[] Bytes)> round)
        {
            var (rounded, graph) = (model.Clone(), model.Clone());
            var payload = new List<byte>();
            foreach (var layer in LayerFinder.Find(model).DistinctBy(layer => layer.Weight))
            {
                var tensor = rounded.Graph.Initializer.Single(weight => weight.Name == layer.Weight);
                var values = WeightValues.ReadDoubles(tensor);
                // Convolutions, and a Gemm with transB: an output channel is a row.
                var (numbers, bytes) = round(new StoredRows(values, values.Length / (int)layer.OutputChannels));
                WeightValues.Write(tensor, numbers);
                graph.Graph.Initializer.Single(weight => weight.Name == layer.Weight).RawData = Google.Protobuf.ByteString.Empty;
                payload.AddRange(bytes);
            }

            Row(name, rounded, [.. graph.ToBytes(), .. payload]);
        }
    }

    private static (double[] Values, byte[] Bytes) Nearest(StoredRows weight, int bits)
    {
        var highest = (1 << (bits - 1)) - 1;
        var (values, codes, scales) = (new double[weight.Values.Length], new int[weight.Values.Length], new List<byte>());
        for (var start = 0; start < values.Length; start += weight.Width)
        {
            var row = weight.Values.AsSpan(start, weight.Width);
            var largest = 0.0;
            foreach (var value in row)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            var scale = (float)(largest / highest);
            scales.AddRange(BitConverter.GetBytes(scale));
            for (var i = 0; i < row.Length; i++)
            {
                var code = scale == 0 ? 0 : (int)Math.Clamp(Math.Round(row[i] / scale), -highest, highest);
                (codes[start + i], values[start + i]) = (code, code * (double)scale);
            }
        }

        return (values, [.. Packed(codes, bits), .. scales]);
    }

    // Lloyd's rounds from quantiles.
    private static (double[] Values, byte[] Bytes) KMeans(StoredRows weight)
    {
        var sorted = weight.Values.Order().ToArray();
        double[] centres = [.. Enumerable.Range(0, Palette).Select(i => sorted[((2 * i) + 1) * sorted.Length / (2 * Palette)])];
        var nearest = new int[weight.Values.Length];
        for (var round = 0; round < Rounds; round++)
        {
            var (sums, counts) = (new double[Palette], new int[Palette]);
            for (var i = 0; i < nearest.Length; i++)
            {
                nearest[i] = Nearest(centres, weight.Values[i]);
                sums[nearest[i]] += weight.Values[i];
                counts[nearest[i]]++;
            }

            for (var i = 0; i < Palette; i++)
            {
                centres[i] = counts[i] > 0 ? sums[i] / counts[i] : centres[i];
            }
        }

        byte[] table = [.. centres.SelectMany(centre => BitConverter.GetBytes((float)centre))];
        return (Array.ConvertAll(nearest, i => (double)(float)centres[i]), [.. Packed(nearest, 4), .. table]);
    }

    private static int Nearest(double[] centres, double value)
    {
        var best = 0;
        for (var i = 1; i < centres.Length; i++)
        {
            best = Math.Abs(centres[i] - value) < Math.Abs(centres[best] - value) ? i : best;
        }

        return best;
    }

    private static byte[] Packed(int[] codes, int bits)
    {
        var inByte = 8 / bits;
        var bytes = new byte[(codes.Length + inByte - 1) / inByte];
        for (var i = 0; i < codes.Length; i++)
        {
            bytes[i / inByte] |= (byte)((codes[i] & ((1 << bits) - 1)) << (i % inByte * bits));
        }

        return bytes;
    }

    private static double Top1(OnnxModel model, CifarImages test)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var session = engine.CreateSession(model);
        var right = 0;
        foreach (var batch in test.Read())
        {
            var scores = session.Run(batch.Inputs.ToDictionary(StringComparer.Ordinal), [session.Outputs[0].Name]).Values.Single();
            var numbers = scores.As<float>();
            var classes = numbers.Length / batch.Count;
            for (var i = 0; i < batch.Count; i++)
            {
                var row = numbers.Slice(i * classes, classes);
                right += row.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<float>(row)) == batch.Labels![i] ? 1 : 0;
            }
        }

        return (double)right / test.Count;
    }

    /// <summary>A weight in the file's order.</summary>
    private sealed record StoredRows(double[] Values, int Width);
}
