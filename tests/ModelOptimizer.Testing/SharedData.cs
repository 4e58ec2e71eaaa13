namespace ModelOptimizer.Testing;

/// <summary>Real models and data that are not part of the repository; absent on most machines.</summary>
internal static class SharedData
{
    /// <summary>The folder, or null where it is not present: <c>$MODELOPT_SHARED/data</c>, or <c>shared/data</c> beside the repository or further up.</summary>
    public static string? Root { get; } = Find();

    /// <summary>A file or folder in it.</summary>
    public static string Path(params string[] parts) =>
        System.IO.Path.Combine([Root ?? throw new InvalidOperationException("the shared data is not here"), .. parts]);

    /// <summary>Every ONNX file in it, relative to it, in ordinal order.</summary>
    public static IReadOnlyList<string> Models(string folder = "") => Root is null
        ? []
        : [.. Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.onnx", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal)];

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MODELOPT_SHARED") is { Length: > 0 } given)
        {
            var data = System.IO.Path.Combine(given, "data");
            return Directory.Exists(data) ? data : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = System.IO.Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data))
            {
                return data;
            }
        }

        return null;
    }
}
