using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Build;

/// <summary>Says which tool made a result: its version, and its assemblies' sizes and times, which tell two builds of one version apart.</summary>
internal static class ToolFingerprint
{
    public static string Of(string toolPath)
    {
        if (!File.Exists(toolPath))
        {
            return "";
        }

        var assemblies = Directory.GetFiles(Path.GetDirectoryName(toolPath)!, "*.dll");
        Array.Sort(assemblies, StringComparer.Ordinal);
        var fingerprint = 14695981039346656037UL;
        foreach (var assembly in assemblies)
        {
            var file = new FileInfo(assembly);
            fingerprint = Mix(Mix(fingerprint, (ulong)file.Length), (ulong)file.LastWriteTimeUtc.Ticks);
        }

        var version = FileVersionInfo.GetVersionInfo(toolPath).ProductVersion;
        return $"{version} {fingerprint.ToString("x16", CultureInfo.InvariantCulture)}";
    }

    // FNV-1a, a word at a time: it only has to notice that something changed.
    private static ulong Mix(ulong hash, ulong value) => unchecked((hash ^ value) * 1099511628211UL);
}
