namespace ModelOptimizer.Pipeline.Datasets.Formats;

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
