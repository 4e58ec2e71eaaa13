namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>A way to store samples. What reads the manifest, opens datasets and guesses for <c>init</c> goes by it.</summary>
/// <param name="Naming">How <c>inputs:</c> names an array.</param>
/// <param name="Example">A name of an array, for messages.</param>
/// <param name="Open">Opens what <see cref="DatasetPlan.Path"/> names.</param>
internal sealed record DataFormat(ArrayNaming Naming, string Example, Func<DatasetPlan, IDataContainer> Open)
{
    /// <summary>The ends of a file's name that tell the format, with the dot.</summary>
    public IReadOnlyList<string> Endings { get; init; } = [];

    /// <summary>What <c>path:</c> then names, with its article; empty where there is no path.</summary>
    public string Words { get; init; } = "";

    /// <summary>What to say of such a file in the place of an array: what it is, and what to write there instead.</summary>
    public (string Is, string Instead) InPlaceOfArray { get; init; } = ("", "");

    public bool Has(string path) => Endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}

/// <summary>How a manifest names the array of a model input.</summary>
internal enum ArrayNaming
{
    /// <summary>By the file that is the array.</summary>
    File,

    /// <summary>By its name in the container.</summary>
    Name,

    /// <summary>By a column, a list of columns or a range of them.</summary>
    Columns,

    /// <summary>By a pattern of file names.</summary>
    Pattern,
}

/// <summary>Every format of a dataset. A new one is an entry here and the <see cref="IDataContainer"/> that it opens.</summary>
internal static class DataFormats
{
    /// <summary>A file for every array, <c>.npy</c> or IDX; there is no <c>path:</c>.</summary>
    public static DataFormat Files { get; } = new(ArrayNaming.File, "images.npy", static _ => new ArrayFiles(null));

    public static DataFormat Npz { get; } = new(ArrayNaming.Name, "images", static dataset => new ArrayFiles(dataset.Path))
    {
        Endings = [".npz"],
        Words = "an .npz file",
        InPlaceOfArray = ("holds several arrays", "name the array"),
    };

    public static DataFormat Csv { get; } = new(ArrayNaming.Columns, "pixel0..pixel783", static dataset => new CsvTable(dataset))
    {
        Endings = [".csv", ".tsv", ".csv.gz", ".tsv.gz"],
        Words = "a .csv file",
        InPlaceOfArray = ("is a table", "name the columns"),
    };

    /// <summary>A folder with a file for every sample: what has no ending of another format.</summary>
    public static DataFormat Folder { get; } = new(ArrayNaming.Pattern, "\"*.npy\"", static dataset => new SampleFolder(dataset))
    {
        Words = "a folder",
        InPlaceOfArray = ("is a folder", "write a pattern of file names such as \"*.npy\""),
    };

    /// <summary>Those that <c>path:</c> names.</summary>
    public static IReadOnlyList<DataFormat> WithPath { get; } = [Npz, Csv, Folder];

    /// <summary>What <c>path:</c> may be, for messages.</summary>
    public static string Expected { get; } = $"{string.Join(", ", WithPath.SkipLast(1).Select(format => format.Words))} or {WithPath[^1].Words}";

    /// <summary>The format of a dataset with that <c>path:</c>, by its name alone.</summary>
    public static DataFormat Of(string? path) => path is null ? Files : WithPath.FirstOrDefault(format => format.Has(path)) ?? Folder;
}
