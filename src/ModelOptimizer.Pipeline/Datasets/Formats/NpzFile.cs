using System.IO.Compression;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>NumPy's archive of arrays: a zip file with one <c>.npy</c> an array.</summary>
internal static class NpzFile
{
    /// <summary>The bytes of one array; disposing the stream closes the archive.</summary>
    public static (Stream Stream, long Length) Open(string path, string array)
    {
        var archive = Archive(path);
        try
        {
            var names = Names(archive);
            return archive.GetEntry(array + ".npy") is { } found
                ? (new OwningStream(new CheckedStream(found.Open(), found.Length, found.Crc32), archive), found.Length)
                : throw new DataProblem(DataCodes.NoSuchArray, $"it has no array '{array}'.{Suggestion.For(array, names)} Its arrays: {string.Join(", ", names.Order(StringComparer.Ordinal))}");
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
        var file = File.OpenRead(path);
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
