using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>The manifests under Errors, in groups of one file each, separated by lines of the form <c>=== what is wrong</c>.</summary>
internal static class WrongManifests
{
    public static IReadOnlyList<string> Groups { get; } =
    [.. Directory.GetFiles(Path.Combine(Folder(), "Errors")).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static IEnumerable<(string Title, string Yaml)> Of(string group) =>
        Regex.Split(File.ReadAllText(Path.Combine(Folder(), "Errors", group + ".txt")).ReplaceLineEndings("\n"), "^=== ", RegexOptions.Multiline)
            .Skip(1)
            .Select(text => text.Split('\n', 2))
            .Select(parts => (parts[0], parts[1]));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
