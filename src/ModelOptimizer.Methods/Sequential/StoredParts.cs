using System.Runtime.InteropServices;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>What layers that a walk has solved are made of, as bytes and back to the bit.</summary>
internal static class StoredParts
{
    /// <summary>Numbers, as float32 where that has all of them: half the bytes.</summary>
    public static void Write(this BinaryWriter writer, double[] numbers)
    {
        var singles = Array.ConvertAll(numbers, number => (float)number);
        var isSingle = numbers.Zip(singles).All(pair => BitConverter.DoubleToInt64Bits(pair.First) == BitConverter.DoubleToInt64Bits(pair.Second));
        writer.Write(numbers.Length);
        writer.Write(isSingle);
        writer.Write(isSingle ? MemoryMarshal.AsBytes<float>(singles) : MemoryMarshal.AsBytes<double>(numbers));
    }

    public static double[] ReadDoubles(this BinaryReader reader)
    {
        var count = reader.ReadInt32();
        return reader.ReadBoolean() ? Array.ConvertAll(Read<float>(reader, count), number => (double)number) : Read<double>(reader, count);
    }

    public static void Write<T>(this BinaryWriter writer, T[] values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes<T>(values));
    }

    public static T[] ReadArray<T>(this BinaryReader reader)
        where T : unmanaged => Read<T>(reader, reader.ReadInt32());

    public static void Write(this BinaryWriter writer, Matrix matrix)
    {
        writer.Write(matrix.Rows);
        writer.Write(matrix.Values);
    }

    public static Matrix ReadMatrix(this BinaryReader reader)
    {
        var (rows, values) = (reader.ReadInt32(), reader.ReadDoubles());
        return new Matrix(rows, values.Length / rows, values);
    }

    public static void Write(this BinaryWriter writer, NewNumbers numbers)
    {
        writer.Write(numbers.Name);
        writer.Write(numbers.Values);
    }

    public static NewNumbers ReadNewNumbers(this BinaryReader reader) => new(reader.ReadString(), reader.ReadDoubles());

    /// <summary>What may be absent.</summary>
    public static void WriteOptional<T>(this BinaryWriter writer, T? part, Action<T> write)
        where T : class
    {
        writer.Write(part is not null);
        if (part is not null)
        {
            write(part);
        }
    }

    public static T? ReadOptional<T>(this BinaryReader reader, Func<T> read)
        where T : class => reader.ReadBoolean() ? read() : null;

    private static T[] Read<T>(BinaryReader reader, int count)
        where T : unmanaged
    {
        var values = new T[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
