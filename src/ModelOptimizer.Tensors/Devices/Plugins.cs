using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Execution providers from libraries of others, which ONNX Runtime loads by their path: <c>device: plugin:NAME</c>.</summary>
internal static class Plugins
{
    /// <summary>The environment variable with libraries and folders of libraries, separated as in <c>PATH</c>. The build task sets it.</summary>
    public const string Variable = "ModelOptimizerPlugins";

    /// <summary>What stands before the provider's name in the manifest's word.</summary>
    public const string Prefix = "plugin:";

    // What ONNX Runtime looks for in such a library.
    private const string EntryPoint = "CreateEpFactories";

    private static readonly Lazy<string?> Registration = new(() => Register(Environment.GetEnvironmentVariable(Variable) ?? ""));

    /// <summary>Why a library that <see cref="Variable"/> names is not used, of the first such one; null when all are.</summary>
    public static string? Refusal => Registration.Value;

    /// <summary>Every device that ONNX Runtime's own and registered providers offer, in ONNX Runtime's order.</summary>
    public static IReadOnlyList<OrtEpDevice> Offered
    {
        get
        {
            _ = Registration.Value;
            return OrtEnvironment.Instance.GetEpDevices();
        }
    }

    /// <summary>The provider that a word such as <c>plugin:NvTensorRTRTXExecutionProvider</c> names; null for other words.</summary>
    public static string? NameOf(string word) => word.StartsWith(Prefix, StringComparison.Ordinal) ? word[Prefix.Length..] : null;

    /// <summary>The first device of the provider with the given name, in upper or lower case.</summary>
    public static DeviceKind Kind(string provider) =>
        new(Prefix + (Find(provider)?.EpName ?? provider), provider)
        {
            Missing = () => Obstacle(provider),
            Append = (options, _) => options.AppendExecutionProvider(OrtEnvironment.Instance, [Find(provider)!], new Dictionary<string, string>()),
            Describe = _ =>
                Find(provider) is { } device
                    ? new DeviceFacts(DeviceName.Of($"{device.HardwareDevice.Vendor} {device.HardwareDevice.Type} {OfferedDevice.Versions(device)}"))
                    : DeviceFacts.Unknown,
        };

    /// <summary>Registers libraries; folders stand for the libraries in them that are providers.</summary>
    /// <returns>The first entry that is none, and why; null when all were registered.</returns>
    internal static string? Register(string paths)
    {
        string? refusal = null;
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var isFolder = Directory.Exists(path);
            List<string> libraries = isFolder ? [.. Directory.EnumerateFiles(path).Where(IsProvider).Order(StringComparer.Ordinal)] : [path];
            if (libraries.Count == 0)
            {
                refusal ??= $"the folder {path}, which {Variable} names, has no library with {EntryPoint}, as execution providers have";
            }

            foreach (var library in libraries.Where(library => known.Add(Path.GetFullPath(library))))
            {
                try
                {
                    OrtEnvironment.Instance.RegisterExecutionProviderLibrary(Path.GetFileNameWithoutExtension(library), Path.GetFullPath(library));
                }
                catch (OnnxRuntimeException failure)
                {
                    refusal ??= $"{library}, which {Variable} names, is no execution provider that loads: {OrtErrors.Shorten(failure.Message).TrimEnd('.')}";
                }
            }
        }

        return refusal;
    }

    private static OrtEpDevice? Find(string provider) =>
        Offered.FirstOrDefault(device => string.Equals(device.EpName, provider, StringComparison.OrdinalIgnoreCase));

    private static string? Obstacle(string provider) =>
        Find(provider) is not null
            ? null
            : Refusal
                ?? $"no provider of this name is registered, only {string.Join(", ", Offered.Select(device => device.EpName).Distinct())}; the variable "
                    + $"{Variable} has to name its library";

    private static bool IsProvider(string file)
    {
        if (Path.GetExtension(file) is not (".so" or ".dll" or ".dylib") || !NativeLibrary.TryLoad(file, out var library))
        {
            return false;
        }

        try
        {
            return NativeLibrary.TryGetExport(library, EntryPoint, out _);
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }
}
