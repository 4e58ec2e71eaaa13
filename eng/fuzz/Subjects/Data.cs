using System.IO.Compression;
using System.Text;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Tests.Datasets;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>Files of data in every format: opened, read to the end, and compared with themselves.</summary>
internal sealed class Data : Subject
{
    private const string Manifest = """
        version: 1
        datasets:
          npz: { path: d.npz, inputs: { image: images }, labels: labels, preprocess: { scale: 1/255, mean: [0.5], std: [0.25] } }
          npy: { inputs: { image: a.npy }, labels: l.npy }
          wide: { inputs: { image: w.npy }, preprocess: { layout: NHWC, shape: [1, 2, 2] } }
          idx: { inputs: { image: images-idx3-ubyte.gz }, labels: labels-idx1-ubyte }
          table: { path: t.csv, inputs: { image: a..d }, labels: y, split: { part: 80% } }
          packed: { path: p.tsv.gz, inputs: { image: [a, b, c, d] }, labels: [y] }
          folder: { path: images, inputs: { image: "*.npy" }, labels: folder }
          bundle: { path: bundles, inputs: { image: "*.npz/x" } }
        models:
          m: { source: model.onnx, compress: [{ method: tucker, ranks: 4 }] }
        """;

    private static readonly double[] Pixels = [.. Enumerable.Range(0, 48).Select(i => (double)i)];
    private static readonly double[] Classes = [.. Enumerable.Range(0, 12).Select(i => (double)(i % 3))];
    private readonly Dictionary<string, DatasetPlan> _plans = new(StringComparer.Ordinal);

    public Data()
    {
        var images = ArrayWriter.Npy("|u1", [12, 4], Pixels);
        var labels = ArrayWriter.Npy("<i8", [12], Classes);
        var table = Encoding.UTF8.GetBytes("a,b,c,d,y\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i},0.5,-1e3,\"{i}\",{i % 3}\n")));
        var tabs = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(table).Replace(',', '\t'));
        var sample = ArrayWriter.Npy("<f4", [4], Pixels[..4]);
        Files["modelopt.yaml"] = Encoding.UTF8.GetBytes(Manifest);
        Files["model.onnx"] = [];
        Specimens =
        [
            new("d.npz", images, Form.Text) { Pack = bytes => ArrayWriter.Npz(CompressionLevel.Fastest, ("images", bytes), ("labels", labels)), Variant = "npz" },
            new("d.npz", labels, Form.Text) { Pack = bytes => ArrayWriter.Npz(CompressionLevel.NoCompression, ("images", images), ("labels", bytes)), Variant = "npz" },
            new("d.npz", ArrayWriter.Npz(CompressionLevel.NoCompression, ("images", images), ("labels", labels)), Form.Bytes) { Variant = "npz" },
            new("a.npy", ArrayWriter.Npy("<f8", [12, 4], Pixels), Form.Text) { Variant = "npy" },
            new("l.npy", labels, Form.Text) { Variant = "npy" },
            new("l.npy", ArrayWriter.Npy("<f4", [12, 2], Pixels[..24]), Form.Text) { Variant = "npy" },
            new("w.npy", ArrayWriter.Npy("<f2", [12, 2, 2, 1], Pixels, version: 2), Form.Text) { Variant = "wide" },
            new("images-idx3-ubyte.gz", ArrayWriter.Idx(8, [12, 2, 2], Pixels), Form.Bytes) { Pack = ArrayWriter.Gzip, Variant = "idx" },
            new("images-idx3-ubyte.gz", ArrayWriter.Gzip(ArrayWriter.Idx(8, [12, 2, 2], Pixels)), Form.Bytes) { Variant = "idx" },
            new("labels-idx1-ubyte", ArrayWriter.Idx(8, [12], Classes), Form.Bytes) { Variant = "idx" },
            new("t.csv", table, Form.Text) { Variant = "table/part" },
            new("p.tsv.gz", tabs, Form.Text) { Pack = ArrayWriter.Gzip, Variant = "packed" },
            new("p.tsv.gz", ArrayWriter.Gzip(tabs), Form.Bytes) { Variant = "packed" },
            new("images/a/1.npy", sample, Form.Text) { Variant = "folder" },
            new("images/b/2.npy", sample, Form.Text) { Variant = "folder" },
            new("bundles/2.npz", sample, Form.Text) { Pack = bytes => ArrayWriter.Npz(CompressionLevel.Fastest, ("x", bytes)), Variant = "bundle" },
        ];
        foreach (var specimen in Specimens)
        {
            Files[specimen.File] = specimen.Pack(specimen.Content);
        }

        Files["images/a/3.npy"] = Files["images/a/1.npy"];
        Files["bundles/1.npz"] = Files["bundles/2.npz"];
    }

    public override string Name => "data";

    public override int Share => 10;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var plan = Plan(project, specimen.Variant);
        foreach (var shape in new long[][] { [-1, 4], [-1, 2, 2], [-1, -1], [4, 1, 2, 2] })
        {
            foreach (var type in new[] { TensorProto.Types.DataType.Float, TensorProto.Types.DataType.Uint8, TensorProto.Types.DataType.Int64 })
            {
                try
                {
                    var source = DatasetReader.Open(plan, [new ModelTensor("image", type, shape)], samples: null, seed: 1);
                    foreach (var batch in source.Read())
                    {
                        cancellation.ThrowIfCancellationRequested();
                    }

                    _ = SampleCopies.Find(source, source);
                }
                catch (DiagnosticException)
                {
                    // The next shape may fit.
                }
            }
        }

        _ = SampleHashes.Of(plan, samples: null, seed: 1);
        return [];
    }

    private DatasetPlan Plan(string project, string name)
    {
        if (_plans.Count == 0)
        {
            foreach (var dataset in Specimens.Select(specimen => specimen.Variant).Distinct())
            {
                var path = Path.Combine(project, "plan.yaml");
                File.WriteAllText(path, Manifest.Replace("model.onnx,", $"model.onnx, evaluate: {{ dataset: {dataset} }},", StringComparison.Ordinal));
                _plans[dataset] = ManifestReader.Read(path).Models[0].Evaluate!.Dataset!;
                File.Delete(path);
            }
        }

        return _plans[name];
    }
}
