using System.IO.Compression;
using System.Text;

namespace DigitGenerator;

/// <summary>Labelled digits: <c>images</c> uint8 N×1×28×28, <c>labels</c> int64 N, as a NumPy archive.</summary>
internal sealed record DigitSet(int Count, byte[] Images, long[] Labels)
{
    // Any date will do as long as it is always the same: equal digits make equal files.
    private static readonly DateTimeOffset Stamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DigitSet Write(int count, ulong seed)
    {
        const int Pixels = Canvas.Size * Canvas.Size;
        var dice = new Dice(seed);
        var writer = new Writer(dice);
        var images = new byte[count * Pixels];
        var labels = new long[count];
        for (var i = 0; i < count; i++)
        {
            var digit = dice.Below(10);
            writer.Write(digit, images.AsSpan(i * Pixels, Pixels));
            labels[i] = digit;
        }

        return new DigitSet(count, images, labels);
    }

    public void Save(string path)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add(archive, "images.npy", "|u1", $"({Count}, 1, {Canvas.Size}, {Canvas.Size})", Images);
        var labels = new byte[Count * sizeof(long)];
        Buffer.BlockCopy(Labels, 0, labels, 0, labels.Length);
        Add(archive, "labels.npy", "<i8", $"({Count},)", labels);
    }

    private static void Add(ZipArchive archive, string name, string type, string shape, byte[] data)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.SmallestSize);
        entry.LastWriteTime = Stamp;
        using var stream = entry.Open();
        stream.Write(Header(type, shape));
        stream.Write(data);
    }

    /// <summary>NPY version 1.0: magic, header length, a Python dictionary padded so that the data start at a multiple of 64.</summary>
    private static byte[] Header(string type, string shape)
    {
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        var length = (10 + text.Length + 1 + 63) / 64 * 64 - 10;
        byte[] magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)length, (byte)(length >> 8)];
        return [.. magic, .. Encoding.ASCII.GetBytes(text.PadRight(length - 1) + '\n')];
    }
}
