namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>The checksum of zip files (ISO-HDLC, polynomial 0x04C11DB7 reflected), which the runtime computes only where it cannot be seen.</summary>
internal struct Crc32()
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    private uint _register = uint.MaxValue;

    /// <summary>The checksum of all that was added.</summary>
    public readonly uint Value => ~_register;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var register = _register;
        foreach (var value in bytes)
        {
            register = (register >> 8) ^ Table[(byte)(register ^ value)];
        }

        _register = register;
    }

    private static uint Entry(int index)
    {
        var entry = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ 0xEDB88320;
        }

        return entry;
    }
}
