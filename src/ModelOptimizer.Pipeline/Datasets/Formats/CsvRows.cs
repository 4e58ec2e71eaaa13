using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>The lines of a table, one after the other.</summary>
internal sealed class CsvRows : IDisposable
{
    private static readonly char[] Delimiters = [',', ';', '\t'];

    /// <summary>Longer is no number, but a quotation mark that never closes.</summary>
    private const int LongestCell = 1 << 16;

    private readonly CsvParser _parser;
    private readonly bool _isPacked;

    /// <summary>Opens the table, which may be in gzip, and reads the columns' names.</summary>
    public CsvRows(string path)
    {
        var delimiter = Delimiter(path);
        var file = ArrayFile.Unpacked(path);
        _isPacked = !file.CanSeek;
        _parser = new CsvParser(Text(file), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter.ToString(),
            MaxFieldSize = LongestCell,
            // A quotation mark inside a text that nobody asked for is no reason to stop; a cell that is asked for must be a number.
            BadDataFound = null,
        });
        try
        {
            Names = Read()
                ? [.. _parser.Record!.Select(name => name.Trim())]
                : throw new DataProblem(DataCodes.NoSamples, "it is empty; its first line must name the columns");
        }
        catch (Exception)
        {
            _parser.Dispose();
            throw;
        }
    }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Goes to the next line that is not empty; false at the end.</summary>
    public bool Next()
    {
        if (!Read())
        {
            return false;
        }

        return _parser.Count == Names.Count
            ? true
            : throw new DataProblem(
                DataCodes.Cell,
                $"the number of cells in line {_parser.RawRow} is {_parser.Count}, and the first line names {Names.Count} columns; make them the same"
            );
    }

    /// <summary>A cell of the current line.</summary>
    public double Number(int column)
    {
        var text = _parser[column];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw NotANumber(text, column);
    }

    /// <summary>Reads on to the end when there is a checksum.</summary>
    public void Finish()
    {
        while (_isPacked && Next())
        {
        }
    }

    public void Dispose() => _parser.Dispose();

    private bool Read()
    {
        try
        {
            return _parser.Read();
        }
        catch (MaxFieldSizeException exception)
        {
            throw new DataProblem(
                DataCodes.Cell,
                $"line {_parser.RawRow} has a cell of more than {LongestCell} characters: a quotation mark may be missing",
                exception
            );
        }
        catch (DecoderFallbackException exception)
        {
            throw new DataProblem(DataCodes.Corrupt, $"it is not UTF-8 text (after line {_parser.RawRow}); save it as UTF-8", exception);
        }
    }

    private DataProblem NotANumber(string text, int column)
    {
        var place = $"line {_parser.RawRow}, column '{Names[column]}'";
        return string.IsNullOrWhiteSpace(text)
                ? new DataProblem(DataCodes.Cell, $"{place} is empty, and a number is expected; fill it in, or leave the line out")
            : text.Contains(',', StringComparison.Ordinal)
                ? new DataProblem(DataCodes.Cell, $"{place} has '{text}', which is not a number; write numbers with a point, such as 3.5")
            : new DataProblem(
                DataCodes.Cell,
                $"{place} has '{text}', and a finite number is expected (for a class, its number); correct it, or leave the line out"
            );
    }

    /// <summary>The one that the first line has most of, outside quotation marks.</summary>
    private static char Delimiter(string path)
    {
        using var reader = Text(ArrayFile.Unpacked(path));
        string? line;
        try
        {
            do
            {
                line = reader.ReadLine();
            }
            while (line is not null && line.Length == 0);
        }
        catch (DecoderFallbackException exception)
        {
            throw new DataProblem(DataCodes.Corrupt, "it is not UTF-8 text; save it as UTF-8", exception);
        }

        var outside = string.Concat((line ?? "").Split('"').Where((_, part) => part % 2 == 0));
        return Delimiters.MaxBy(delimiter => outside.Count(letter => letter == delimiter));
    }

    private static StreamReader Text(Stream file) =>
        new(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16);
}
