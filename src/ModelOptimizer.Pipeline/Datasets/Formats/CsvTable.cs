using System.Globalization;
using System.Runtime.InteropServices;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>
/// A table of numbers with the columns' names in its first line. It is read once from start to end to count the samples and check the labels, when an array is
/// first asked for, and once more for every pass.
/// </summary>
internal sealed class CsvTable : IDataContainer
{
    private readonly DatasetPlan _dataset;
    private readonly CsvColumns _columns;
    private readonly Lazy<(long Count, bool LabelsAreWhole)> _counted;

    /// <summary>Reads the names.</summary>
    public CsvTable(DatasetPlan dataset)
    {
        _dataset = dataset;
        using var rows = new CsvRows(dataset.Path!);
        Names = rows.Names;
        _columns = new CsvColumns(Names);
        _counted = new Lazy<(long, bool)>(Count);
    }

    public IReadOnlyList<string> Names { get; }

    public ISampleArray Input(string name) => Array(name, new ElementFormat(ElementKind.Float, sizeof(double), !BitConverter.IsLittleEndian));

    public ISampleArray Labels(string name) =>
        Array(name, new ElementFormat(_counted.Value.LabelsAreWhole ? ElementKind.Signed : ElementKind.Float, sizeof(double), !BitConverter.IsLittleEndian));

    private (long Count, bool LabelsAreWhole) Count()
    {
        using var rows = new CsvRows(_dataset.Path!);
        var labels = _dataset.Labels is { } name ? _columns.Find(_dataset.ColumnsOf(name)) : [];
        var count = 0L;
        var areWhole = true;
        for (; rows.Next(); count++)
        {
            foreach (var column in labels)
            {
                // Not Math.Floor alone: beyond 2^53 a float64 no longer tells neighbours apart.
                areWhole &= rows.Number(column) is >= -(1L << 53) and <= (1L << 53) and var value && Math.Floor(value) == value;
            }
        }

        return (count, areWhole);
    }

    private CsvArray Array(string name, ElementFormat format)
    {
        var columns = _columns.Find(_dataset.ColumnsOf(name));
        return new CsvArray(
            _dataset.Path!,
            name,
            columns,
            new ArrayHeader(format, columns.Length == 1 ? [_counted.Value.Count] : [_counted.Value.Count, columns.Length], 0)
        );
    }
}

/// <summary>Columns of a table.</summary>
/// <param name="path">The table.</param>
/// <param name="name">The columns as the manifest names them.</param>
/// <param name="columns">Their numbers.</param>
/// <param name="header">Numbers of 8 bytes, whole or not.</param>
internal sealed class CsvArray(string path, string name, int[] columns, ArrayHeader header) : ISampleArray
{
    public string Name => $"{(columns.Length == 1 ? "column" : "columns")} '{name}' of {path}";

    public ArrayHeader Header => header;

    public ISampleReader Open() => new CsvSamples(new CsvRows(path), columns, header.Format.Kind == ElementKind.Signed);
}

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

/// <summary>Finds columns by their names.</summary>
internal sealed class CsvColumns(IReadOnlyList<string> names)
{
    private const string Range = "..";
    private const int Listed = 12;

    /// <summary>The numbers of the columns that <paramref name="wanted"/> names, each a name or a range <c>first..last</c> in the file's order.</summary>
    public int[] Find(IReadOnlyList<string> wanted) => [.. wanted.SelectMany(Find)];

    private IEnumerable<int> Find(string wanted)
    {
        var dots = wanted.IndexOf(Range, StringComparison.Ordinal);
        if (dots < 0 || names.Contains(wanted))
        {
            return [One(wanted)];
        }

        var (first, last) = (One(wanted[..dots].Trim()), One(wanted[(dots + Range.Length)..].Trim()));
        return first <= last
            ? Enumerable.Range(first, last - first + 1)
            : throw new DataProblem(
                DataCodes.NoSuchArray,
                $"in the range '{wanted}' the last column lies before the first; write '{names[last]}{Range}{names[first]}'"
            );
    }

    private int One(string wanted)
    {
        var found = Enumerable.Range(0, names.Count).Where(column => names[column] == wanted).Take(2).ToArray();
        return found switch
        {
            [var column] => column,
            [] => throw new DataProblem(DataCodes.NoSuchArray, $"it has no column '{wanted}'.{Columns(wanted)}"),
            _ => throw new DataProblem(DataCodes.NoSuchArray, $"it has more than one column '{wanted}'; give each column a name of its own in the first line"),
        };
    }

    private string Columns(string wanted) =>
        names.All(name => double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            ? " Its first line has numbers only, and must name the columns"
        : names.Count <= Listed ? $"{Suggestion.For(wanted, names)} Its columns: {string.Join(", ", names)}"
        : $"{Suggestion.For(wanted, names)} Its {names.Count} columns: {string.Join(", ", names.Take(Listed - 1))}, …, {names[^1]}";
}
