using System.IO.Compression;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Files;

public class PackingTests
{
    private static readonly byte[] Codes = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * i % 7))];

    [Theory]
    [InlineData("net10.0", true)]
    [InlineData("net5.0", true)]
    [InlineData("net10.0-android", true)]
    [InlineData("net8.0-windows10.0.19041.0", true)]
    [InlineData("netcoreapp3.1", true)]
    [InlineData("netcoreapp2.1", true)]
    [InlineData("netcoreapp2.0", false)]
    [InlineData("netstandard2.1", true)]
    [InlineData("netstandard2.0", false)]
    [InlineData("netstandard1.6", false)]
    [InlineData("net48", false)]
    [InlineData("net472", false)]
    public void Brotli_is_there_since_Core_2_1(string framework, bool expected) => Packing.HasBrotli(framework).ShouldBe(expected);

    [Fact]
    public void What_is_packed_comes_back()
    {
        var (brotli, deflate) = (Packing.Pack(Codes, EmbedCompression.Brotli, hasBrotli: true), Packing.Pack(Codes, EmbedCompression.Deflate, hasBrotli: true));

        Unpacked(new BrotliStream(new MemoryStream(brotli.Bytes), CompressionMode.Decompress)).ShouldBe(Codes);
        Unpacked(new DeflateStream(new MemoryStream(deflate.Bytes), CompressionMode.Decompress)).ShouldBe(Codes);
        brotli.Bytes.Length.ShouldBeLessThan(deflate.Bytes.Length);
    }

    [Fact]
    public void Auto_takes_what_all_frameworks_know_and_nothing_where_nothing_is_saved()
    {
        Packing.Pack(Codes, EmbedCompression.Auto, hasBrotli: true).Compression.ShouldBe(EmbedCompression.Brotli);
        Packing.Pack(Codes, EmbedCompression.Auto, hasBrotli: false).Compression.ShouldBe(EmbedCompression.Deflate);
        var noise = new byte[20_000];
        new Random(1).NextBytes(noise);
        var (compression, bytes) = Packing.Pack(noise, EmbedCompression.Auto, hasBrotli: true);
        compression.ShouldBe(EmbedCompression.None);
        bytes.ShouldBe(noise);
    }

    private static byte[] Unpacked(Stream stream)
    {
        using var result = new MemoryStream();
        stream.CopyTo(result);
        return result.ToArray();
    }
}
