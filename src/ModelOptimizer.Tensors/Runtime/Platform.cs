using System.Runtime.InteropServices;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>The platform of this process, in the words of NuGet's <c>runtimes</c> folders.</summary>
internal static class Platform
{
    /// <summary>Such as <c>linux-x64</c> or <c>linux-musl-x64</c>.</summary>
    public static string Rid { get; } = $"{System()}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    // A distribution's own .NET has the distribution in its identifier, such as ubuntu.24.04-x64.
    private static string System() =>
        OperatingSystem.IsWindows() ? "win"
        : OperatingSystem.IsMacOS() ? "osx"
        : RuntimeInformation.RuntimeIdentifier is var rid
        && (rid.Contains("musl", StringComparison.Ordinal) || rid.StartsWith("alpine", StringComparison.Ordinal))
            ? "linux-musl"
        : OperatingSystem.IsLinux() ? "linux"
        : rid.Split('-')[0];
}
