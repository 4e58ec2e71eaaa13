using System.IO.Compression;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

/// <summary>Damage that changes values and nothing else is found by the checksums of packed files.</summary>
public sealed class CheckingArchives : IDisposable
{
    private const int Count = 5000;
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.NoCompression, null)]
    [InlineData(CompressionLevel.NoCompression, 3)]
    [InlineData(CompressionLevel.Optimal, null)]
    [InlineData(CompressionLevel.Optimal, 3)]
    public void Values_That_Were_Changed_In_An_Archive_Are_An_Error(CompressionLevel level, int? samples)
    {
        var archive = ArrayWriter.Npz(
            level,
            ("images", ArrayWriter.Npy("|u1", [Count, 4], Enumerable.Range(0, Count * 4).Select(i => (double)(i * 31 % 256))))
        );
        _folder.Write("good.npz", archive).Write("bad.npz", Damaged(archive));

        Read("good.npz", samples).Length.ShouldBe((samples ?? Count) * 4);
        var error = Should.Throw<DiagnosticException>(() => Read("bad.npz", samples)).Diagnostic;

        error.Code.ShouldBe(DataCodes.Corrupt);
        Should.Throw<DiagnosticException>(() => SampleHashes.Of(_folder.Archive("bad.npz"), samples, 1)).Diagnostic.Code.ShouldBe(DataCodes.Corrupt);
    }

    [Fact]
    public void Values_That_Were_Changed_In_A_Gzip_File_Are_An_Error()
    {
        var packed = ArrayWriter.Gzip(ArrayWriter.Npy("|u1", [Count, 4], Enumerable.Range(0, Count * 4).Select(i => (double)(i * 31 % 256))));
        _folder.Write("bad.gz", [.. packed[..^8], (byte)(packed[^8] ^ 1), .. packed[^7..]]);

        Should
            .Throw<DiagnosticException>(() => DataFolder.Values(DatasetReader.Open(_folder.Files("bad.gz"), [DataFolder.Input(-1, 4)], 3, 1)))
            .Diagnostic.Code.ShouldBe(DataCodes.Corrupt);
    }

    [Fact]
    public void A_Packed_File_That_Claims_More_Than_It_Can_Hold_Is_Not_Given_The_Memory()
    {
        byte[] claim = [.. ArrayWriter.Idx(0x08, [100_000_000, 4], []), .. new byte[400]];
        _folder.Write("claim.gz", ArrayWriter.Gzip(claim)).Write("zeros.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [1_000_000, 4], new double[4_000_000])));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Should.Throw<DiagnosticException>(() => SampleHashes.Of(_folder.Files("claim.gz"), samples: 2, seed: 1)).Diagnostic;

        error.Code.ShouldBe(DataCodes.Corrupt);
        error.Message.ShouldContain("has at most");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
        // As well packed as can be.
        SampleHashes.Of(_folder.Files("zeros.gz"), samples: 2, seed: 1).Count.ShouldBe(2);
    }

    [Fact]
    public void Samples_Without_Values_Are_Refused()
    {
        _folder.Write("empty.npy", ArrayWriter.Npy("|u1", [1L << 60, 0], []));

        Should.Throw<DiagnosticException>(() => SampleHashes.Of(_folder.Files("empty.npy"), samples: null, seed: 1))
            .Diagnostic.Message.ShouldContain("its samples have no values");
    }

    /// <summary>One bit of the content changed; of packed content, whichever bit still unpacks to the same length.</summary>
    private static byte[] Damaged(byte[] archive)
    {
        for (var at = archive.Length / 2; ; at++)
        {
            byte[] bytes = [.. archive];
            bytes[at] ^= 1;
            try
            {
                using var zip = new ZipArchive(new MemoryStream(bytes));
                using var content = new MemoryStream();
                using (var entry = zip.Entries[0].Open())
                {
                    entry.CopyTo(content);
                }

                if (content.Length == zip.Entries[0].Length)
                {
                    return bytes;
                }
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private double[] Read(string name, int? samples) => DataFolder.Values(DatasetReader.Open(_folder.Archive(name), [DataFolder.Input(-1, 4)], samples, 1));
}
