using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>One entry of the catalogue: how to ask ONNX Runtime for a kind of device.</summary>
/// <param name="Name">The manifest's word.</param>
/// <param name="Provider">ONNX Runtime's name of the execution provider.</param>
internal sealed record DeviceKind(string Name, string Provider)
{
    /// <summary>Whether products in float64 run there.</summary>
    public bool HasDouble { get; init; }

    /// <summary>Whether there may be several, told apart by an index.</summary>
    public bool HasIndex { get; init; }

    /// <summary>What the machine needs, for a library of ONNX Runtime that lacks the provider.</summary>
    public string Needs { get; init; } = "";

    /// <summary>A package for this platform whose library of ONNX Runtime has the provider; null where there is none, or none is needed.</summary>
    public RuntimePackage? Package { get; init; }

    /// <summary>What the system lacks, where that can be said before ONNX Runtime is asked; null when nothing is known to be missing.</summary>
    public Func<string?> Missing { get; init; } = static () => null;

    /// <summary>Says what it means that a shared library, of which the file name is given, was not found.</summary>
    public Func<string, string> Lacks { get; init; } = static library => $"the library {library} is missing";

    /// <summary>Options that depend on the model, before the provider is added.</summary>
    public Action<SessionOptions, OnnxModel> Prepare { get; init; } = static (_, _) => { };

    /// <summary>Adds the execution provider for the device with the given index to the options.</summary>
    public Action<SessionOptions, int> Append { get; init; } = static (_, _) => { };

    /// <summary>What is known of the device with the given index.</summary>
    public required Func<int, DeviceFacts> Describe { get; init; }
}
