using System.IO.Compression;
using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class DataErrors : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly StringBuilder _report = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Say_What_Was_Expected_And_What_Was_Found()
    {
        var good = ArrayWriter.Npy("|u1", [4, 3, 2], Enumerable.Range(0, 24).Select(i => (double)i));
        var labels = ArrayWriter.Npy("|u1", [4], [0, 1, 2, 3]);
        var archive = ArrayWriter.Npz(CompressionLevel.Optimal, ("images", good), ("labels", labels), ("short", ArrayWriter.Npy("|u1", [3], [0, 1, 2])));
        _folder.Write("good.npy", good).Write("labels.npy", labels).Write("good.npz", archive);

        Try("file that is gone", _folder.Files("gone.npy"), Input(-1, 3, 2));
        File("text", "hello world"u8.ToArray());
        File("empty file", []);
        File("npy cut off", good[..^3]);
        File("npy cut off in its header", good[..20]);
        File("packed npy cut off", ArrayWriter.Gzip(good)[..40]);
        File("npy of the future", [.. good[..6], 9, .. good[7..]]);
        File("npy with a strange header", ArrayWriter.Npy("{'what': 1}", []));
        File("npy with an enormous shape", ArrayWriter.Npy("<f8", [4_000_000_000, 4_000_000_000], []));
        File("npy of objects", ArrayWriter.Npy("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", []));
        File("npy of texts", ArrayWriter.Npy("{'descr': '<U8', 'fortran_order': False, 'shape': (4,), }", []));
        File("npy of records", ArrayWriter.Npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }", []));
        File("npy in Fortran order", ArrayWriter.Npy("|u1", [4, 3, 2], new double[24], fortran: true));
        File("npy of one number", ArrayWriter.Npy("|u1", [], [1]));
        File("npy without samples", ArrayWriter.Npy("|u1", [0, 3, 2], []));
        File("idx of an unknown type", [0, 0, 0x07, 1, 0, 0, 0, 1, 0]);
        File("idx cut off", ArrayWriter.Idx(0x08, [4, 3, 2], new double[20]));
        _folder.Write("broken.npz", archive[..^10]).Write("text.npz", "hello"u8.ToArray());
        Try("npz cut off", _folder.Archive("broken.npz"), Input(-1, 3, 2));
        Try("npz that is text", _folder.Archive("text.npz"), Input(-1, 3, 2));
        Try("array that is not in the npz", _folder.Archive("good.npz", "image"), Input(-1, 3, 2));
        Try("labels that are not in the npz", _folder.Archive("good.npz", labels: "classes"), Input(-1, 3, 2));
        Try("labels of another number", _folder.Archive("good.npz", labels: "short"), Input(-1, 3, 2));
        _folder.Write("nan.npy", ArrayWriter.Npy("<f4", [4], [0, 1, double.NaN, 3]));
        Try("labels that are not finite", _folder.Files("good.npy", "nan.npy"), Input(-1, 3, 2));

        var dataset = _folder.Archive("good.npz");
        Try("input that the model does not have", dataset, Input(-1, 3, 2) with { Name = "images" });
        Try("input that the dataset does not have", dataset, Input(-1, 3, 2), new ModelTensor("mask", DataType.Float, [-1, 2]));
        Try("input of texts", dataset, new ModelTensor("image", DataType.String, [-1, 3, 2]));
        Try("samples of another shape", dataset, Input(-1, 3, 5));
        Try("samples of the same number of values", dataset, Input(-1, 6));
        Try("samples with too few dimensions known", dataset, Input(-1, -1, -1, -1));
        Try("more samples than there are", dataset, 10, Input(-1, 3, 2));
        Try("batch that does not divide", dataset, 4, Input(3, 3, 2));
        Try("shape of another number of values", dataset with { Preprocess = new PreprocessPlan { Shape = [5] } }, Input(-1, 5));
        Try("layout without channels", dataset with { Preprocess = new PreprocessPlan { Layout = "NHWC" } }, Input(-1, 3, 2));
        Try("channels of which there are not three", dataset with { Preprocess = new PreprocessPlan { IsReversed = true } }, Input(-1, 3, 2));
        Try("means of other channels", dataset with { Preprocess = new PreprocessPlan { Mean = [1, 2] } }, Input(-1, 3, 2));
        Try(
            "value that does not fit",
            dataset with
            {
                Preprocess = new PreprocessPlan { Scale = 1.0 / 4 },
            },
            new ModelTensor("image", DataType.Int64, [-1, 3, 2])
        );
        _folder.Write("nhwc.npy", ArrayWriter.Npy("|u1", [4, 8, 6, 3], new double[4 * 8 * 6 * 3]));
        Try("channels last", _folder.Files("nhwc.npy"), Input(-1, 3, 8, 6));

        Tables();
        Folders();

        var text = _report.ToString();
        // What concerns random inputs is tried with models.
        foreach (var code in typeof(DataCodes).GetFields().Select(field => (string)field.GetValue(null)!).Where(code => code != DataCodes.RandomInputs))
        {
            text.ShouldContain($"error {code}: ");
        }

        text.ShouldBeApproved();
    }

    private void Tables()
    {
        Table("table with a cell that is no number", "a,b\n1,2\n3,four\n");
        Table("table with an empty cell", "a,b\n1,2\n\n,4\n");
        Table("table with NaN", "a,b\n1,nan\n");
        Table("table with decimal commas", "a;b\n1;2,5\n");
        Table("table with a short line", "a,b\n1,2\n3\n");
        Table("table with a long line", "a,b\n1,2,3\n");
        Table("table with a mark that never closes", "a,b\n\"1,2\n" + new string('7', 100_000));
        Table("table without lines", "a,b\n");
        Table("empty table", "");
        Table("table without names", "1,2\n3,4\n");
        Table("table with another column", "a,bb\n1,2\n");
        Table("table with a name twice", "a,b,a\n1,2,3\n");
        Table("table with a range backwards", "b,a\n1,2\n");
        Table("table with labels that are words", "a,b,label\n1,2,cat\n", "label");
        _folder.Write("x.csv", [.. "a,b\n1,2\n"u8, 0xFF, 0xFE, 0xFA, .. ",3\n"u8]);
        Try("table that is not UTF-8", _folder.In("x.csv", null, ("image", "a..b")), Input(-1, 2));
        Try("table that is gone", _folder.In("gone.csv", null, ("image", "a..b")), Input(-1, 2));
    }

    private void Folders()
    {
        var sample = ArrayWriter.Npy("|u1", [2], [1, 2]);
        Folder("folder without sub-folders", f => f.Write("f0/1.npy", sample), "f0");
        Folder("folder with an empty class", f => f.Write("f1/cat/1.npy", sample).Write("f1/dog/1.txt", "text"), "f1");
        Folder("folder with samples beside classes", f => f.Write("f2/cat/1.npy", sample).Write("f2/2.npy", sample), "f2");
        Folder("folder with another shape", f => f.Write("f3/cat/1.npy", sample).Write("f3/cat/2.npy", ArrayWriter.Npy("|u1", [3], [1, 2, 3])), "f3");
        Folder("folder with another element type", f => f.Write("f4/cat/1.npy", sample).Write("f4/dog/1.npy", ArrayWriter.Npy("<f4", [2], [1, 2])), "f4");
        Folder("folder with a damaged file", f => f.Write("f5/cat/1.npy", sample).Write("f5/dog/1.npy", sample[..^1]), "f5");
        Folder("folder that starts with a damaged file", f => f.Write("f6/cat/1.npy", "text"), "f6");
        Folder("folder that is gone", f => f, "f7");
        _folder.Write("f8/cat/1.npy", sample).Write("f8/cat/1.mask.npy", sample).Write("f8/cat/2.npy", sample);
        Try(
            "folder with a sample that lacks a file",
            _folder.In("f8", null, ("image", "*.npy"), ("mask", "*.mask.npy")),
            Input(-1, 2),
            Input(-1, 2) with
            {
                Name = "mask",
            }
        );
    }

    [Fact]
    public void Come_From_Every_Way_To_Cut_Off_An_Archive()
    {
        var archive = ArrayWriter.Npz(
            CompressionLevel.Optimal,
            ("images", ArrayWriter.Npy("|u1", [50, 6], Enumerable.Range(0, 300).Select(i => (double)(i * 7 % 256))))
        );
        for (var length = 0; length < archive.Length; length += 3)
        {
            _folder.Write("cut.npz", archive[..length]);
            Should
                .Throw<DiagnosticException>(() => DatasetReader.Open(_folder.Archive("cut.npz"), [Input(-1, 6)], null, 1).Read().ToList())
                .Diagnostic.Code.ShouldStartWith("MOC3");
        }
    }

    [Fact]
    public void Come_From_Damage_Or_The_Values_Are_Right()
    {
        var archive = ArrayWriter.Npz(
            CompressionLevel.Optimal,
            ("images", ArrayWriter.Npy("|u1", [50, 6], Enumerable.Range(0, 300).Select(i => (double)(i * 7 % 256))))
        );
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var damaged = archive.ToArray();
            for (var i = 0; i < 3; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            _folder.Write("damaged.npz", damaged);
            try
            {
                var read = DatasetReader
                    .Open(_folder.Archive("damaged.npz"), [Input(-1, 6)], null, 1)
                    .Read()
                    .SelectMany(batch => batch.Inputs["image"].As<float>().ToArray());
                read.ShouldBe(Enumerable.Range(0, 300).Select(i => (float)(i * 7 % 256)));
            }
            catch (DiagnosticException exception)
            {
                exception.Diagnostic.Code.ShouldStartWith("MOC3");
            }
        }
    }

    private static ModelTensor Input(params long[] shape) => new("image", DataType.Float, shape);

    private void File(string title, byte[] bytes) => Try(title, _folder.Write("x", bytes).Files("x"), Input(-1, 3, 2));

    private void Table(string title, string text, string? labels = null) =>
        Try(title, _folder.Write("x.csv", text).In("x.csv", labels, ("image", "a..b")), Input(-1, 2));

    private void Folder(string title, Func<DataFolder, DataFolder> write, string path) =>
        Try(title, write(_folder).In(path, "folder", ("image", "*.npy")), Input(-1, 2));

    private void Try(string title, DatasetPlan dataset, params ModelTensor[] inputs) => Try(title, dataset, null, inputs);

    private void Try(string title, DatasetPlan dataset, int? samples, params ModelTensor[] inputs)
    {
        string outcome;
        try
        {
            outcome = $"no error, {DatasetReader.Open(dataset, inputs, samples, 1).Read().Count()} batches";
        }
        catch (DiagnosticException exception)
        {
            outcome = exception
                .Diagnostic.ToString()
                .Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
                .Replace(new string('7', 100), "", StringComparison.Ordinal);
        }

        _report.Append($"=== {title}\n{outcome}\n\n");
    }
}
