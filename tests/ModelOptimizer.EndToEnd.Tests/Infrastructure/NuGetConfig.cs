namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A <c>NuGet.Config</c> without servers: feeds in folders, and what this machine restored before.</summary>
internal static class NuGetConfig
{
    /// <summary>Writes it into <paramref name="folder"/>.</summary>
    /// <returns>The file.</returns>
    public static string Write(string folder, params string[] feeds)
    {
        var path = Path.Combine(folder, "NuGet.Config");
        var sources = feeds.Select((feed, index) => $"""<add key="feed{index}" value="{feed}" />""");
        File.WriteAllText(path, $"""
            <configuration>
              <packageSources><clear />{string.Concat(sources)}</packageSources>
              <fallbackPackageFolders><clear /><add key="machine" value="{Packages.MachineFolder}" /></fallbackPackageFolders>
            </configuration>
            """);
        return path;
    }
}
