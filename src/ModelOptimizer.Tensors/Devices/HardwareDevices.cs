using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>The GPUs that ONNX Runtime itself found. It lists no renderer in software.</summary>
internal static class HardwareDevices
{
    /// <summary>The GPU with the given index among those that <paramref name="provider"/> can use.</summary>
    public static DeviceFacts Describe(string provider, int index) => OrtEnvironment.Instance.GetEpDevices()
        .Where(device => device.EpName == provider && device.HardwareDevice.Type == OrtHardwareDeviceType.GPU)
        .Select(device => new DeviceFacts(Name(device.HardwareDevice)))
        .ElementAtOrDefault(index) ?? DeviceFacts.Unknown with { Software = "ONNX Runtime knows of no GPU here" };

    private static string Name(OrtHardwareDevice device) => device.Metadata.Entries.TryGetValue("Description", out var description)
        ? DeviceName.Of(description)
        : DeviceName.Of($"{device.Vendor} {device.VendorId:x4} {device.DeviceId:x4}");
}
