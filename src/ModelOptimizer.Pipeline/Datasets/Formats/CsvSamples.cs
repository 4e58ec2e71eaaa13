using System.Runtime.InteropServices;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>One line, one sample.</summary>
internal sealed class CsvSamples(CsvRows rows, int[] columns, bool areWhole) : ISampleReader
{
    public void Skip(long samples)
    {
        for (; samples > 0; samples--)
        {
            Next();
        }
    }

    public void Read(Span<byte> sample)
    {
        Next();
        var values = MemoryMarshal.Cast<byte, double>(sample);
        for (var i = 0; i < columns.Length; i++)
        {
            var value = rows.Number(columns[i]);
            values[i] = areWhole ? BitConverter.Int64BitsToDouble((long)value) : value;
        }
    }

    public void Finish() => rows.Finish();

    public void Dispose() => rows.Dispose();

    private void Next()
    {
        if (!rows.Next())
        {
            throw new EndOfStreamException();
        }
    }
}
