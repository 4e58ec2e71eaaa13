using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Any GPU through ONNX Runtime's WebGPU provider, which brings Dawn: Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS.</summary>
internal static class WebGpu
{
    /// <summary>ONNX Runtime's name of the provider.</summary>
    public const string Provider = "WebGpuExecutionProvider";

    // A shader may have eight buffers for sure, and one of them is the input.
    private const int MostOutputs = 7;

    /// <summary>
    /// Sends to the CPU what the provider claims to have a kernel for and then fails to run (1.29): MaxPool with indices, and Split into many parts.
    /// </summary>
    public static void Prepare(SessionOptions options, OnnxModel model)
    {
        string[] names = [.. model.Graph.Node.Where(Fails).Select(node => node.Name).Where(name => name.Length > 0)];
        if (names.Length > 0)
        {
            options.AddSessionConfigEntry("ep.webgpuexecutionprovider.forceCpuNodeNames", string.Join('\n', names));
        }
    }

    /// <summary>Adds the provider to <paramref name="options"/>. Which adapter it takes is its own decision: one a process, the fastest first.</summary>
    public static void Append(SessionOptions options) => options.AppendExecutionProvider("WebGPU");

    /// <summary>What Linux lacks for it. Without an adapter the provider only says that it found none.</summary>
    public static string? Missing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        return !NativeLibrary.TryLoad(VulkanAdapters.Loader, out _)
                ? $"the library {VulkanAdapters.Loader} is missing (Debian: libvulkan1), and a GPU's Vulkan driver with it"
            : VulkanAdapters.List().Count == 0 ? "no Vulkan driver offers a device; install the GPU's"
            : null;
    }

    /// <summary>The adapter. The provider does not say which one it took, so the system is asked what there is.</summary>
    public static DeviceFacts Describe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return HardwareDevices.Describe(Provider, 0);
        }

        return VulkanAdapters.List().OrderBy(Rank).FirstOrDefault() is { } adapter
            ? new DeviceFacts(
                DeviceName.Of(adapter.Name),
                adapter.MemoryBytes,
                adapter.Type == VulkanAdapterType.Cpu ? $"{adapter.Name} is a Vulkan driver in software" : null
            )
            : DeviceFacts.Unknown;
    }

    private static bool Fails(NodeProto node) => node switch
    {
        { OpType: "MaxPool", Output.Count: > 1 } => true,
        { OpType: "Split", Output.Count: > MostOutputs } => true,
        _ => false,
    };

    // Dawn's own order.
    private static int Rank(VulkanAdapter adapter) => adapter.Type switch
    {
        VulkanAdapterType.Discrete => 0,
        VulkanAdapterType.Integrated => 1,
        VulkanAdapterType.Cpu => 2,
        _ => 3,
    };
}
