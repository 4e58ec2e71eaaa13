using System.IO.Compression;
using System.Text.RegularExpressions;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

/// <summary>Reads every example of <c>docs/data.md</c> from files as the page describes them.</summary>
public sealed partial class DocumentedData : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Is_Read_As_The_Page_Says()
    {
        WriteFiles();
        var read = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match example in Example().Matches(File.ReadAllText(Page)))
        {
            var root = (MapNode)YamlTree.Parse(example.Groups["yaml"].Value, "data.md")!;
            if (root.Entries is [{ Key.Text: "calibrate", Value: MapNode { Entries: [{ Key.Text: "random", Value: var random }] } }])
            {
                RandomPlan.Form.Read(random, "random", ManifestPaths.None).Samples.ShouldBe(64);
                continue;
            }

            var datasets = new DatasetsReader(new ManifestPaths(_folder.Path, mustExist: true)).Read(
                root.Entries.Single(entry => entry.Key.Text == "datasets").Value
            );
            foreach (var (name, dataset) in datasets)
            {
                // A model whose inputs have no declared shape takes samples of any.
                var batch = DatasetReader
                    .Open(dataset, [.. dataset.Inputs.Keys.Select(input => new ModelTensor(input, DataType.Double, input == "age" ? [-1] : []))], null, 1)
                    .Read()
                    .First();
                var inputs = batch
                    .Inputs.OrderBy(input => input.Key, StringComparer.Ordinal)
                    .Select(input => $"{input.Key} [{string.Join(", ", input.Value.Shape)}]");
                var labels =
                    batch.Labels is { } classes ? $"classes {string.Join(' ', classes)}"
                    : batch.Targets is { } targets ? $"targets {string.Join(' ', targets)}"
                    : "no labels";
                read.Add(name, $"{string.Join(", ", inputs)}, {labels}");
            }
        }

        read.Select(entry => $"{entry.Key}: {entry.Value}").ShouldBe(
        [
            "all/test: image [1, 28, 28], classes 1",
            "all/train: image [4, 28, 28], classes 0 2 3 4",
            "animals: image [3, 3, 4, 4], classes 0 0 1",
            "archives: left [2, 2], right [2, 3], no labels",
            "digits: image [5, 28, 28], classes 0 1 2 3 4",
            "houses: age [2], size [2, 2], targets 100.5 200",
            "masked: image [1, 2], mask [1, 2], classes 7",
            "mnist: image [2, 28, 28], classes 8 9",
            "photos: image [2, 3, 5, 6], no labels",
            "pixels: image [1, 1, 28, 28], classes 5",
            "saved: image [2, 28, 28], no labels",
            "scenes: depth [2, 5, 6], image [2, 3, 5, 6], no labels",
        ]);
    }

    [Fact]
    public void Shows_Whole_Manifests_That_Are_Valid()
    {
        WriteFiles();
        _folder.Write("digits.onnx", "");
        var whole = Example()
            .Matches(File.ReadAllText(Page))
            .Select(example => example.Groups["yaml"].Value)
            .Where(yaml => yaml.Contains("models:", StringComparison.Ordinal))
            .ToList();

        whole.ShouldNotBeEmpty();
        foreach (var yaml in whole)
        {
            _folder.Write("modelopt.yaml", "version: 1\n" + yaml);
            ManifestReader.Read(_folder["modelopt.yaml"]).Models.ShouldHaveSingleItem().Calibrate!.Dataset!.Name.ShouldBe("all/train");
        }
    }

    private static byte[] Zeros(string descr, params long[] shape) =>
        ArrayWriter.Npy(descr, shape, new double[shape.Aggregate(1L, (product, extent) => product * extent)]);

    private void WriteFiles()
    {
        var pixels = Enumerable.Range(0, 784).ToArray();
        _folder
            .Write(
                "data/digits.npz",
                ArrayWriter.Npz(CompressionLevel.Optimal, ("images", Zeros("|u1", 5, 28, 28)), ("labels", ArrayWriter.Npy("|u1", [5], [0, 1, 2, 3, 4])))
            )
            .Write("data/t10k-images-idx3-ubyte.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [2, 28, 28], new double[2 * 784])))
            .Write("data/t10k-labels-idx1-ubyte.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [2], [8, 9])))
            .Write("data/images.npy", Zeros("<f4", 2, 28, 28))
            .Write("data/mnist.csv", $"label,{string.Join(',', pixels.Select(i => $"pixel{i}"))}\n5,{string.Join(',', pixels.Select(i => i % 256))}\n")
            .Write("data/houses.csv", "street;width;height;age;price\n\"Main; 1\";10;20;5;100.5\nSide;30;40;6;200\n")
            .Write("data/animals/cat/0001.npy", Zeros("<f4", 3, 4, 4))
            .Write("data/animals/cat/0002.npy", Zeros("<f4", 3, 4, 4))
            .Write("data/animals/dog/0001.npy", Zeros("<f4", 3, 4, 4))
            .Write("data/masked/0001.npy", Zeros("<f4", 2))
            .Write("data/masked/0001.mask.npy", Zeros("|b1", 2))
            .Write("data/masked/0001.label.npy", ArrayWriter.Npy("<i8", [], [7]))
            .Write(
                "data/scenes.npz",
                ArrayWriter.Npz(CompressionLevel.Optimal, ("photos", Zeros("|u1", 2, 5, 6, 3)), ("depth", Zeros("<f4", 2, 5, 6))))
            .Write("data/photos.npz", ArrayWriter.Npz(CompressionLevel.Optimal, ("photos", Zeros("|u1", 2, 5, 6, 3))));
        foreach (var name in new[] { "a", "b" })
        {
            _folder.Write($"data/archives/{name}.npz", ArrayWriter.Npz(CompressionLevel.Optimal, ("left", Zeros("<f4", 2)), ("right", Zeros("<f4", 3))));
        }
    }

    private static string Page { get; } = Path.Combine(Repository.Root, "docs", "data.md");

    [GeneratedRegex("^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
