using System.IO.Hashing;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>Reads an entry of a zip file and, at its end, compares it with the length and the checksum that the archive has for it: the runtime does not.</summary>
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
