using System.Buffers.Binary;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>Reads the header of the IDX format, in which MNIST is published. Elements are big-endian.</summary>
internal static class IdxHeader
{
    /// <summary>Reads up to the first element.</summary>
    public static ArrayHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[4];
        stream.ReadExactly(start);
        ElementFormat format = start[2] switch
        {
            0x08 => new(ElementKind.Unsigned, 1, true),
            0x09 => new(ElementKind.Signed, 1, true),
            0x0B => new(ElementKind.Signed, 2, true),
            0x0C => new(ElementKind.Signed, 4, true),
            0x0D => new(ElementKind.Float, 4, true),
            0x0E => new(ElementKind.Float, 8, true),
            _ => throw new DataProblem(DataCodes.Corrupt, $"its element type 0x{start[2]:X2} is none of the IDX format; make or download the file again"),
        };
        var shape = new long[start[3]];
        Span<byte> extent = stackalloc byte[4];
        for (var i = 0; i < shape.Length; i++)
        {
            stream.ReadExactly(extent);
            shape[i] = BinaryPrimitives.ReadUInt32BigEndian(extent);
        }

        return new ArrayHeader(format, shape, 4 + (4 * shape.Length));
    }
}
