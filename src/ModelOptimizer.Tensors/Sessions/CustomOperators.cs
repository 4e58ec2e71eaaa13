using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Sessions;

/// <summary>Operators that ONNX Runtime does not have, in libraries of the user's that register them.</summary>
internal static class CustomOperators
{
    private static readonly HashSet<string> DomainsOfTheRuntime = new(StringComparer.Ordinal)
    {
        "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft", "com.microsoft.experimental", "com.microsoft.nchwc",
        "com.ms.internal.nhwc", "org.pytorch.aten",
    };

    private static readonly AsyncLocal<IReadOnlyList<string>?> Libraries = new();

    /// <summary>Registers <paramref name="libraries"/> with every session that is made from here on, until the result is disposed of.</summary>
    public static IDisposable Use(IReadOnlyList<string> libraries) => new Used(libraries);

    /// <summary>Registers the libraries in use with a session that is going to be made.</summary>
    /// <exception cref="DiagnosticException">One is no such library, or needs another version of ONNX Runtime (MOC2310).</exception>
    public static void Register(SessionOptions options)
    {
        foreach (var library in Libraries.Value ?? [])
        {
            try
            {
                options.RegisterCustomOpLibrary(library);
            }
            catch (Exception failure) when (failure is OnnxRuntimeException or DllNotFoundException or EntryPointNotFoundException)
            {
                throw new DiagnosticException(
                    TensorsCodes.CustomOperators,
                    $"ONNX Runtime {OrtEnvironment.Version} cannot register the operators of this library: {OrtErrors.Shorten(failure.Message)} 'custom-ops' "
                        + "names shared libraries for this system with a function RegisterCustomOps.",
                    new SourcePosition(library),
                    failure);
            }
        }
    }

    /// <summary>The domain of operators of <paramref name="model"/> that no library in use can have registered; null where there is none.</summary>
    public static string? MissingDomain(OnnxModel model)
    {
        if (Libraries.Value is { Count: > 0 })
        {
            return null;
        }

        var functions = model.Proto.Functions.Select(function => (function.Domain, function.Name)).ToHashSet();
        return GraphWalk.Nodes(model.Proto)
            .FirstOrDefault(node => !DomainsOfTheRuntime.Contains(node.Domain) && !functions.Contains((node.Domain, node.OpType)))?.Domain;
    }

    private sealed class Used : IDisposable
    {
        private readonly IReadOnlyList<string>? _before = Libraries.Value;

        public Used(IReadOnlyList<string> libraries) => Libraries.Value = libraries;

        public void Dispose() => Libraries.Value = _before;
    }
}
