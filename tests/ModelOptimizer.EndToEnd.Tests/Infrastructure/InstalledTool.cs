namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>The tool, installed once a test run by the command of its own page. It has a host of its own: to run it starts no <c>dotnet</c>.</summary>
internal static class InstalledTool
{
    private static readonly Lazy<Home> Installed = new(Install);

    /// <summary>The page's commands: to install it, and to see that it works.</summary>
    public static IReadOnlyList<string> Commands { get; } = new Page("src", "ModelOptimizer.Tool", "PACKAGE.md").Block("Install", "").TrimEnd().Split('\n');

    /// <summary>The folder with the command and, beside it, what the command starts.</summary>
    public static string Folder => Path.Combine(Installed.Value.Folder, ".dotnet", "tools");

    private static string Command => OperatingSystem.IsWindows() ? "modelopt.exe" : "modelopt";

    /// <summary>Runs it in a folder.</summary>
    public static Outcome Run(string folder, params string[] arguments) => Run(folder, new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables.</summary>
    public static Outcome Run(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunFrom(Folder, folder, environment, arguments);

    /// <summary>Runs a copy of its folder.</summary>
    public static Outcome RunFrom(string copy, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        DotNet.Run(Path.Combine(copy, Command), folder, environment, arguments);

    private static Home Install()
    {
        var home = new Home(RunFolder.New("tool"));
        NuGetConfig.Write(home.Folder, Packages.Feed);
        DotNet.Run(home.Folder, home.Environment, Commands[0].Split(' ')[1..]).ShouldSucceed();
        return home;
    }
}
