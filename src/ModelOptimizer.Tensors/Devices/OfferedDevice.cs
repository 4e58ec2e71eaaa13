using Microsoft.ML.OnnxRuntime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>A device that an execution provider offers.</summary>
/// <param name="Provider">The provider's name, the NAME of <c>plugin:NAME</c>.</param>
/// <param name="Vendor">Who made the provider.</param>
/// <param name="Hardware">The device's kind, <c>CPU</c>, <c>GPU</c> or <c>NPU</c>, and its maker or description.</param>
/// <param name="Driver">What the provider says of versions: its own and the driver's, as <c>name value</c>; empty when nothing.</param>
internal sealed record OfferedDevice(string Provider, string Vendor, string Hardware, string Driver)
{
    /// <summary>All that ONNX Runtime lists, plug-ins included.</summary>
    public static IReadOnlyList<OfferedDevice> All => [.. Plugins.Offered.Select(Of)];

    /// <summary>Why a library that <c>ModelOptimizerPlugins</c> names is not used; null when all are.</summary>
    public static string? Problem => Plugins.Refusal;

    private static OfferedDevice Of(OrtEpDevice device)
    {
        var hardware = device.HardwareDevice;
        var description = hardware.Metadata.Entries.TryGetValue("Description", out var text) ? text : hardware.Vendor;
        return new OfferedDevice(device.EpName, device.EpVendor, $"{hardware.Type} {description}".TrimEnd(), Versions(device));
    }

    internal static string Versions(OrtEpDevice device) => string.Join(
        ", ",
        device.EpMetadata.Entries.Concat(device.HardwareDevice.Metadata.Entries)
            .Where(entry => entry.Key.Contains("version", StringComparison.OrdinalIgnoreCase))
            .Select(entry => $"{entry.Key} {entry.Value}"));
}
