namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>
/// A folder for what is made once a test run: packages and what consumers restore, half a gigabyte. It is empty at the start, and gone after the last test.
/// </summary>
internal static class RunFolder
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "run");

    private static readonly Lazy<string> Emptied = new(() =>
    {
        Delete();
        return Directory.CreateDirectory(Root).FullName;
    });

    /// <summary>A new folder in it.</summary>
    public static string New(string name) => Directory.CreateDirectory(Path.Combine(Emptied.Value, name)).FullName;

    /// <summary>Deletes it.</summary>
    public static void Delete()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }
}
