using System.Text.RegularExpressions;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>A device's name as a part of a device class.</summary>
internal static partial class DeviceName
{
    /// <summary><c>SwiftShader Device (LLVM 16)</c> becomes <c>swiftshader-device-llvm-16</c>.</summary>
    public static string Of(string text) => Other().Replace(text.ToLowerInvariant(), "-").Trim('-') is { Length: > 0 } name ? name : DeviceFacts.Unknown.Name;

    [GeneratedRegex("[^a-z0-9.]+")]
    private static partial Regex Other();
}
