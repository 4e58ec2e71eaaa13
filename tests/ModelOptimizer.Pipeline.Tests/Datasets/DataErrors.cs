using System.IO.Compression;
using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class DataErrors : IDisposable
{
    private readonly DataFolder folder = new();
    private readonly StringBuilder report = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Say_What_Was_Expected_And_What_Was_Found()
    {
        var good = ArrayWriter.Npy("|u1", [4, 3, 2], Enumerable.Range(0, 24).Select(i => (double)i));
        var labels = ArrayWriter.Npy("|u1", [4], [0, 1, 2, 3]);
        var archive = ArrayWriter.Npz(CompressionLevel.Optimal, ("images", good), ("labels", labels), ("short", ArrayWriter.Npy("|u1", [3], [0, 1, 2])));
        folder.Write("good.npy", good).Write("labels.npy", labels).Write("good.npz", archive);

        Try("file that is gone", folder.Files("gone.npy"), Input(-1, 3, 2));
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
        folder.Write("broken.npz", archive[..^10]).Write("text.npz", "hello"u8.ToArray());
        Try("npz cut off", folder.Archive("broken.npz"), Input(-1, 3, 2));
        Try("npz that is text", folder.Archive("text.npz"), Input(-1, 3, 2));
        Try("array that is not in the npz", folder.Archive("good.npz", "image"), Input(-1, 3, 2));
        Try("labels that are not in the npz", folder.Archive("good.npz", labels: "classes"), Input(-1, 3, 2));
        Try("labels of another number", folder.Archive("good.npz", labels: "short"), Input(-1, 3, 2));
        folder.Write("nan.npy", ArrayWriter.Npy("<f4", [4], [0, 1, double.NaN, 3]));
        Try("labels that are not finite", folder.Files("good.npy", "nan.npy"), Input(-1, 3, 2));

        var dataset = folder.Archive("good.npz");
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
        Try("means of other channels", dataset with { Preprocess = new PreprocessPlan { Mean = [1, 2] } }, Input(-1, 3, 2));
        Try("value that does not fit", dataset with { Preprocess = new PreprocessPlan { Scale = 1.0 / 4 } }, new ModelTensor("image", DataType.Int64, [-1, 3, 2]));
        folder.Write("nhwc.npy", ArrayWriter.Npy("|u1", [4, 8, 6, 3], new double[4 * 8 * 6 * 3]));
        Try("channels last", folder.Files("nhwc.npy"), Input(-1, 3, 8, 6));

        var text = report.ToString();
        foreach (var code in typeof(DataCodes).GetFields().Select(field => (string)field.GetValue(null)!))
        {
            text.ShouldContain($"error {code}: ");
        }

        text.ShouldBeApproved();
    }

    [Fact]
    public void Come_From_Every_Way_To_Cut_Off_An_Archive()
    {
        var archive = ArrayWriter.Npz(CompressionLevel.Optimal, ("images", ArrayWriter.Npy("|u1", [50, 6], Enumerable.Range(0, 300).Select(i => (double)(i * 7 % 256)))));
        for (var length = 0; length < archive.Length; length += 3)
        {
            folder.Write("cut.npz", archive[..length]);
            Should.Throw<DiagnosticException>(() => DatasetReader.Open(folder.Archive("cut.npz"), [Input(-1, 6)], null, 1).Read().ToList()).Diagnostic.Code.ShouldStartWith("MOC3");
        }
    }

    [Fact]
    public void Come_From_Damage_And_Nothing_Else_Does()
    {
        var archive = ArrayWriter.Npz(CompressionLevel.Optimal, ("images", ArrayWriter.Npy("|u1", [50, 6], Enumerable.Range(0, 300).Select(i => (double)(i * 7 % 256)))));
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var damaged = archive.ToArray();
            for (var i = 0; i < 3; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            folder.Write("damaged.npz", damaged);
            try
            {
                DatasetReader.Open(folder.Archive("damaged.npz"), [Input(-1, 6)], null, 1).Read().ToList().ShouldNotBeEmpty();
            }
            catch (DiagnosticException exception)
            {
                exception.Diagnostic.Code.ShouldStartWith("MOC3");
            }
        }
    }

    private static ModelTensor Input(params long[] shape) => new("image", DataType.Float, shape);

    private void File(string title, byte[] bytes) => Try(title, folder.Write("x", bytes).Files("x"), Input(-1, 3, 2));

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
            outcome = exception.Diagnostic.ToString().Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }

        report.Append($"=== {title}\n{outcome}\n\n");
    }
}
