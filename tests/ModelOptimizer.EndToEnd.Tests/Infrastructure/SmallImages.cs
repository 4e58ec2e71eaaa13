using System.IO.Compression;
using System.Text;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>An <c>.npz</c> of random images with an array called <c>images</c>.</summary>
internal static class SmallImages
{
    private const int Pixels = 12 * 12;

    public static void Write(string path, int count, int seed)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        using var entry = archive.CreateEntry("images.npy", CompressionLevel.NoCompression).Open();
        entry.Write(Header(count));
        var random = new Random(seed);
        for (var i = 0; i < count * Pixels; i++)
        {
            entry.Write(BitConverter.GetBytes((float)random.NextDouble()));
        }
    }

    private static byte[] Header(int count)
    {
        // NumPy's format 1.0: magic, length, and a Python dictionary padded so that the data starts at a multiple of 64.
        var dictionary = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 1, 12, 12), }}";
        var text = dictionary.PadRight(128 - 10 - 1) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)text.Length), .. Encoding.ASCII.GetBytes(text)];
    }
}
