using System.Globalization;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

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
            : throw new DataProblem(DataCodes.NoSuchArray, $"in the range '{wanted}' the last column lies before the first; write '{names[last]}{Range}{names[first]}'");
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
        names.All(name => double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? " Its first line has numbers only, and must name the columns"
        : names.Count <= Listed ? $"{Suggestion.For(wanted, names)} Its columns: {string.Join(", ", names)}"
        : $"{Suggestion.For(wanted, names)} Its {names.Count} columns: {string.Join(", ", names.Take(Listed - 1))}, …, {names[^1]}";
}
