namespace ModelOptimizer.Tensors.Devices;

/// <summary>Every kind of device, in the order in which <c>auto</c> tries them. A new device is one entry here.</summary>
internal static class DeviceCatalogue
{
    private const string NotYet = "this version computes on the CPU and on CUDA only";

    public static IReadOnlyList<DeviceKind> Kinds { get; } =
    [
        new("cuda", null, Cuda.Append, static index => Cuda.Describe(index)),
        Accelerator("directml"),
        Accelerator("coreml"),
        Accelerator("webgpu"),
        // ONNX Runtime always has its CPU provider: nothing to append.
        new("cpu", null, static (_, _) => { }, static _ => CpuFeatures.Describe()),
    ];

    public static DeviceKind Find(string name) => Kinds.First(kind => kind.Name == name);

    private static DeviceKind Accelerator(string name) => new(name, NotYet, static (_, _) => { }, static index => $"{index}");
}
