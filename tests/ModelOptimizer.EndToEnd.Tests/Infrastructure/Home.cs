namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>The home folder of nobody in particular: no tools, no settings of git and of NuGet, and empty caches of dotnet and of modelopt.</summary>
internal sealed class Home
{
    /// <summary>Makes it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="tools">A folder with commands that its user has in place of its own tools.</param>
    public Home(string folder, string? tools = null)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        Environment = new Dictionary<string, string>
        {
            ["NUGET_PACKAGES"] = Packages.Folder,
            ["DOTNET_CLI_HOME"] = Folder,
            ["XDG_CACHE_HOME"] = Path.Combine(Folder, "cache"),
            ["HOME"] = Folder,
            ["PATH"] = $"{tools ?? Path.Combine(Folder, ".dotnet", "tools")}{Path.PathSeparator}{System.Environment.GetEnvironmentVariable("PATH")}",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_AUTHOR_NAME"] = "test",
            ["GIT_AUTHOR_EMAIL"] = "test@example.org",
            ["GIT_COMMITTER_NAME"] = "test",
            ["GIT_COMMITTER_EMAIL"] = "test@example.org",
        };
    }

    public string Folder { get; }

    /// <summary>What a program must see to take this folder for its user's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Runs a script in a folder.</summary>
    public Outcome Bash(string folder, string script) => DotNet.Run("bash", folder, Environment, "-c", script);
}
