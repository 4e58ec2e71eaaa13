using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class NamingSamples : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 9\n";

    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_Batch_Knows_The_Rows_Of_Its_Samples_In_The_File()
    {
        // Every sample holds its own row.
        _folder.Write("x.npy", ArrayWriter.Npy("<f8", [100, 1], Enumerable.Range(0, 100).Select(row => (double)row)));

        var batches = DatasetReader.Open(_folder.Files("x.npy"), [DataFolder.Input(-1, 1)], samples: 20, seed: 3, preferredBatch: 8).Read().ToList();

        batches.Count.ShouldBe(3);
        batches.ShouldAllBe(batch => batch.Inputs["image"].Doubles().SequenceEqual(batch.Rows!.Select(row => (double)row)));
    }

    [Theory]
    [InlineData("x.npz")]
    [InlineData("x.csv")]
    [InlineData("x.csv.gz")]
    [InlineData("x.npy")]
    [InlineData("x-idx3-ubyte.gz")]
    public void A_Git_Lfs_Pointer_In_The_Place_Of_Data_Is_Recognised(string file)
    {
        _folder.Write(file, Pointer);
        var dataset = file.Contains("npz", StringComparison.Ordinal) ? _folder.Archive(file)
            : file.Contains("csv", StringComparison.Ordinal) ? _folder.In(file, null, ("image", "a0..a7"))
            : _folder.Files(file);

        var error = Should.Throw<DiagnosticException>(() => Read(dataset)).Diagnostic;

        error.Code.ShouldBe(DataCodes.Corrupt);
        error.Message.ShouldContain("git lfs pull");
    }

    private static List<Batch> Read(DatasetPlan dataset) =>
        DatasetReader.Open(dataset, [DataFolder.Input(-1, 8)], null, 1).Read().ToList();
}
