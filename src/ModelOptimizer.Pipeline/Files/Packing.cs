using System.IO.Compression;

namespace ModelOptimizer.Pipeline.Files;

/// <summary>A model as it is shipped: what .NET can unpack without a library.</summary>
internal static class Packing
{
    private const double LeastSaved = 0.03;

    // Brotli's own names: the strongest, with the largest window that every decoder has to know.
    private const int Quality = 11;
    private const int Window = 24;

    /// <summary>What <see cref="EmbedCompression.Auto"/> comes to, and the bytes; the others are taken at their word.</summary>
    /// <param name="model">The model file's bytes.</param>
    /// <param name="wanted">What the manifest says.</param>
    /// <param name="hasBrotli">Whether every framework that unpacks has Brotli.</param>
    public static (EmbedCompression Compression, byte[] Bytes) Pack(byte[] model, EmbedCompression wanted, bool hasBrotli)
    {
        if (wanted != EmbedCompression.Auto)
        {
            return (wanted, Pack(model, wanted));
        }

        var best = hasBrotli ? EmbedCompression.Brotli : EmbedCompression.Deflate;
        var packed = Pack(model, best);
        return Pays(packed.Length, model.Length) ? (best, packed) : (EmbedCompression.None, model);
    }

    /// <summary>Whether <see cref="EmbedCompression.Auto"/> packs: what it saves is worth a stream that cannot seek.</summary>
    public static bool Pays(long packed, long model) => packed <= (1 - LeastSaved) * model;

    /// <summary>
    /// Whether projects for <paramref name="framework"/>, such as <c>net10.0-android</c> or <c>netstandard2.0</c>, have Brotli: all since .NET Core 2.1.
    /// </summary>
    public static bool HasBrotli(string framework)
    {
        var digits = framework.AsSpan().TrimStart("abcdefghijklmnopqrstuvwxyz");
        return framework.StartsWith("netstandard", StringComparison.OrdinalIgnoreCase) ? digits.SequenceEqual("2.1")
            : framework.StartsWith("netcoreapp", StringComparison.OrdinalIgnoreCase) ? digits is not ("1.0" or "1.1" or "2.0")
            // net48 has no dot, net8.0 has one; net4.8 is no name of a framework.
            : digits.Contains('.');
    }

    private static byte[] Pack(byte[] model, EmbedCompression compression)
    {
        switch (compression)
        {
            case EmbedCompression.Brotli:
                var packed = new byte[BrotliEncoder.GetMaxCompressedLength(model.Length)];
                return BrotliEncoder.TryCompress(model, packed, out var length, Quality, Window)
                    ? packed[..length]
                    : throw new InvalidOperationException("the buffer for Brotli is too small");
            case EmbedCompression.Deflate:
                using (var stream = new MemoryStream())
                {
                    using (var deflate = new DeflateStream(stream, CompressionLevel.SmallestSize, leaveOpen: true))
                    {
                        deflate.Write(model);
                    }

                    return stream.ToArray();
                }

            default:
                return model;
        }
    }
}
