using System.Buffers.Binary;
using System.IO.Compression;

namespace DigitReader;

/// <summary>Reads the sample's own NumPy archives: <c>images</c> uint8 N×1×28×28, <c>labels</c> int64 N.</summary>
internal static class DigitFile
{
    public static IReadOnlyList<Digit> Load(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var images = Read(archive, "images.npy").Chunk(Digit.Size * Digit.Size);
        var labels = Read(archive, "labels.npy").Chunk(sizeof(long));
        return [.. images.Zip(labels, (pixels, label) => new Digit(pixels, BinaryPrimitives.ReadInt64LittleEndian(label)))];
    }

    private static byte[] Read(ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);

        // NPY 1.0: eight bytes of magic and version, the header's length, the header, the values.
        var npy = buffer.ToArray();
        return npy[(10 + BinaryPrimitives.ReadUInt16LittleEndian(npy.AsSpan(8)))..];
    }
}
