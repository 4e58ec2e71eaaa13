using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>What <c>modelopt doctor</c> shows.</summary>
/// <param name="Version">Of the JSON document.</param>
/// <param name="Tool">The tool's version.</param>
/// <param name="OnnxRuntime">ONNX Runtime's version, or why it does not start.</param>
/// <param name="DotNet">The .NET runtime.</param>
/// <param name="Rid">The runtime identifier, such as <c>linux-x64</c>.</param>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Processors">Number of logical processors.</param>
/// <param name="Cache">The cache's folder.</param>
/// <param name="CacheBytes">Bytes in it; null when there is none yet.</param>
/// <param name="CacheProblem">Why the cache cannot be written; null when it can.</param>
/// <param name="Chosen">The device that <c>auto</c> takes; null when none works.</param>
/// <param name="ChosenBecause">Why it and not the others, in one line.</param>
/// <param name="Devices">All devices, in the order of <c>auto</c>.</param>
/// <param name="TorchSharp">The other linear algebra.</param>
/// <param name="Offered">What ONNX Runtime's own and plugged-in providers offer, for <c>plugin:NAME</c>.</param>
/// <param name="PluginProblem">Why a library that <c>ModelOptimizerPlugins</c> names is not used; null when all are.</param>
internal sealed record EnvironmentReport(
    int Version,
    string Tool,
    string OnnxRuntime,
    string DotNet,
    string Rid,
    string OperatingSystem,
    int Processors,
    string Cache,
    long? CacheBytes,
    string? CacheProblem,
    string? Chosen,
    string ChosenBecause,
    IReadOnlyList<DeviceReport> Devices,
    LibraryReport TorchSharp,
    IReadOnlyList<OfferedDevice> Offered,
    string? PluginProblem = null)
{
    /// <summary>Whether models can be compressed here.</summary>
    public bool Healthy => Chosen is not null && CacheProblem is null;
}
