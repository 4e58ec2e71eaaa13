using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

/// <summary>Writes the file formats that the readers read, from their published descriptions.</summary>
internal static class ArrayWriter
{
    /// <summary>A .npy file: <paramref name="descr"/> such as <c>&lt;f4</c>, elements written one by one.</summary>
    public static byte[] Npy(string descr, long[] shape, IEnumerable<double> values, int version = 1, bool fortran = false)
    {
        var extents = string.Join(", ", shape) + (shape.Length == 1 ? "," : "");
        var header = $"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({extents}), }}\n";
        return Npy(header, values.SelectMany(value => Element(descr, value)), version);
    }

    public static byte[] Npy(string header, IEnumerable<byte> elements, int version = 1)
    {
        var text = Encoding.Latin1.GetBytes(header);
        var size = new byte[version == 1 ? 2 : 4];
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(size, (ushort)text.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)text.Length);
        }

        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. size, .. text, .. elements];
    }

    public static byte[] Npz(CompressionLevel level, params (string Name, byte[] Npy)[] arrays)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, npy) in arrays)
            {
                using var entry = archive.CreateEntry(name + ".npy", level).Open();
                entry.Write(npy);
            }
        }

        return file.ToArray();
    }

    /// <summary>An IDX file of type <paramref name="code"/>.</summary>
    public static byte[] Idx(byte code, int[] shape, IEnumerable<double> values)
    {
        var descr = code switch { 0x08 => "|u1", 0x09 => "|i1", 0x0B => ">i2", 0x0C => ">i4", 0x0D => ">f4", _ => ">f8" };
        return [0, 0, code, (byte)shape.Length, .. shape.SelectMany(extent => Element(">i4", extent)), .. values.SelectMany(value => Element(descr, value))];
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Element(string descr, double value)
    {
        var bytes = descr[1..] switch
        {
            "b1" or "u1" => [(byte)value],
            "i1" => [(byte)(sbyte)value],
            "u2" => BitConverter.GetBytes((ushort)value),
            "i2" => BitConverter.GetBytes((short)value),
            "u4" => BitConverter.GetBytes((uint)value),
            "i4" => BitConverter.GetBytes((int)value),
            "u8" => BitConverter.GetBytes((ulong)value),
            "i8" => BitConverter.GetBytes((long)value),
            "f2" => BitConverter.GetBytes((Half)value),
            "f4" => BitConverter.GetBytes((float)value),
            _ => BitConverter.GetBytes(value),
        };
        return descr[0] == '>' ? [.. bytes.Reverse()] : bytes;
    }
}
