using System.IO.Compression;
using System.IO.Hashing;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>NumPy's archive of arrays: a zip file with one <c>.npy</c> an array.</summary>
internal static class NpzFile
{
    /// <summary>The bytes of one array, and how many there are at most; disposing the stream closes the archive.</summary>
    public static (Stream Stream, long Length) Open(string path, string array)
    {
        var archive = Archive(path);
        try
        {
            var names = Names(archive);
            return archive.GetEntry(array + ".npy") is { } found
                ? (
                    new OwningStream(new CheckedStream(found.Open(), found.Length, found.Crc32), archive),
                    Math.Min(found.Length, Packed.Most(found.CompressedLength)))
                : throw new DataProblem(
                    DataCodes.NoSuchArray,
                    $"it has no array '{array}'.{Suggestion.For(array, names)} Its arrays: {string.Join(", ", names.Order(StringComparer.Ordinal))}"
                );
        }
        catch (Exception)
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>The arrays of an archive, in its order.</summary>
    public static IReadOnlyList<string> Names(string path)
    {
        using var archive = Archive(path);
        return Names(archive);
    }

    private static string[] Names(ZipArchive archive) =>
        [.. archive.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".npy", StringComparison.Ordinal)).Select(name => name[..^4])];

    private static ZipArchive Archive(string path)
    {
        var file = Disk.OpenRead(path);
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read);
        }
        catch (InvalidDataException exception)
        {
            file.Dispose();
            throw new DataProblem(DataCodes.Corrupt, "it is not a complete zip archive, which every .npz file is; make or download the file again", exception);
        }
    }
}

/// <summary>A stream that closes what it came from.</summary>
internal sealed class OwningStream(Stream inner, IDisposable owner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush() => inner.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            owner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>
/// Reads an entry of a zip file and, at its end, compares it with the length and the checksum that the archive has for it: the runtime does not.
/// </summary>
internal sealed class CheckedStream(Stream inner, long length, uint checksum) : Stream
{
    private readonly Crc32 _crc = new();
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _crc.Append(buffer[..count]);
        _read += count;
        var isOver = (count == 0 && buffer.Length > 0) || _read >= length;
        return isOver && (_read != length || _crc.GetCurrentHashAsUInt32() != checksum)
            ? throw new InvalidDataException("its content does not match its checksum")
            : count;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
