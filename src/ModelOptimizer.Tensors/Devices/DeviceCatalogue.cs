namespace ModelOptimizer.Tensors.Devices;

/// <summary>Every kind of device, in the order in which <c>auto</c> tries them. A new device is one entry here.</summary>
internal static class DeviceCatalogue
{
    /// <summary>The kind that every machine has.</summary>
    public const string Cpu = "cpu";

    public static IReadOnlyList<DeviceKind> Kinds { get; } =
    [
        new("cuda", Cuda.Provider)
        {
            HasDouble = true,
            HasIndex = true,
            Needs = "an NVIDIA GPU and Linux x64 or Windows x64",
            Package = RuntimePackage.Cuda,
            Lacks = Cuda.Lacks,
            Append = Cuda.Append,
            Describe = Cuda.Describe,
        },
        new("directml", DirectMl.Provider)
        {
            HasIndex = true,
            Needs = "Windows",
            Package = OperatingSystem.IsWindows() ? RuntimePackage.Desktop : null,
            Append = DirectMl.Append,
            Describe = DirectMl.Describe,
        },
        new("coreml", CoreMl.Provider) { Needs = "macOS", Append = CoreMl.Append, Describe = static _ => CoreMl.Describe() },
        new("webgpu", WebGpu.Provider)
        {
            Needs = "Linux x64, Windows or macOS",
            Package = RuntimePackage.Desktop,
            Missing = WebGpu.Missing,
            Prepare = WebGpu.Prepare,
            Append = static (options, _) => WebGpu.Append(options),
            Describe = static _ => WebGpu.Describe(),
        },
        // ONNX Runtime always has its CPU provider: nothing to append.
        new(Cpu, "CPUExecutionProvider") { HasDouble = true, Describe = static _ => CpuFeatures.Describe() },
    ];

    public static DeviceKind Find(string name) => Plugins.NameOf(name) is { } provider ? Plugins.Kind(provider) : Kinds.First(kind => kind.Name == name);
}
