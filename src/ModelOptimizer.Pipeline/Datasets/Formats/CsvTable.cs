namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>A table of numbers with the columns' names in its first line. It is read once from start to end to count the samples and check the labels, and once more for every pass.</summary>
internal sealed class CsvTable : IDataContainer
{
    private readonly DatasetPlan _dataset;
    private readonly CsvColumns _columns;
    private readonly bool _labelsAreWhole = true;
    private readonly long _count;

    /// <summary>Reads the names and counts the lines.</summary>
    public CsvTable(DatasetPlan dataset)
    {
        _dataset = dataset;
        using var rows = new CsvRows(dataset.Path!);
        _columns = new CsvColumns(rows.Names);
        var labels = dataset.Labels is { } name ? _columns.Find(dataset.ColumnsOf(name)) : [];
        for (; rows.Next(); _count++)
        {
            foreach (var column in labels)
            {
                // Not Math.Floor alone: beyond 2^53 a float64 no longer tells neighbours apart.
                _labelsAreWhole &= rows.Number(column) is >= -(1L << 53) and <= (1L << 53) and var value && Math.Floor(value) == value;
            }
        }
    }

    public ISampleArray Input(string name) => Array(name, new ElementFormat(ElementKind.Float, sizeof(double), !BitConverter.IsLittleEndian));

    public ISampleArray Labels(string name) =>
        Array(name, new ElementFormat(_labelsAreWhole ? ElementKind.Signed : ElementKind.Float, sizeof(double), !BitConverter.IsLittleEndian));

    private CsvArray Array(string name, ElementFormat format)
    {
        var columns = _columns.Find(_dataset.ColumnsOf(name));
        return new CsvArray(_dataset.Path!, name, columns, new ArrayHeader(format, columns.Length == 1 ? [_count] : [_count, columns.Length], 0));
    }
}
