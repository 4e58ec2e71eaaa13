using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>Turns ONNX Runtime's exceptions into diagnostics.</summary>
internal static partial class OrtErrors
{
    private const int LongestMessage = 400;

    public static DiagnosticException ModelRefused(OnnxRuntimeException failure, string? file, string? missingDomain) => new(
        TensorsCodes.ModelRefused,
        $"ONNX Runtime {OrtEnvironment.Version} cannot load the model: {Shorten(failure.Message)} "
            + (missingDomain is null ? "Check that the model runs in ONNX Runtime unchanged."
                : $"If a library of yours registers the operators of the domain '{missingDomain}', name it: 'custom-ops: [libops.so]'. Without it a model can "
                    + "take fewer bits, and no data: leave out 'calibrate' and 'evaluate'."),
        Position(file),
        failure);

    public static DiagnosticException RunFailed(OnnxRuntimeException failure, string? file) =>
        new(
            TensorsCodes.RunFailed,
            $"ONNX Runtime {OrtEnvironment.Version} failed while running the model: {Shorten(failure.Message)} Check the shapes of the data against the "
                + "model's inputs.",
            Position(file),
            failure
        );

    public static SourcePosition? Position(string? file) => file is null ? null : new SourcePosition(file);

    /// <summary>What NVIDIA's libraries said, if it was they, or the first line without error class and source paths; ended by a full stop.</summary>
    public static string Shorten(string message)
    {
        // The CUDA provider writes a whole signature in C++ before it and the machine behind it.
        var line = CudaFailure().Match(message) is { Success: true } failure ? failure.Groups[1].Value : Noise().Replace(message.Split('\n', 2)[0], "").Trim();
        if (line.Length > LongestMessage)
        {
            line = line[..LongestMessage] + "…";
        }

        return line.Length == 0 ? "no reason given." : line.EndsWith('.') ? line : line + ".";
    }

    /// <summary>The file name of a shared library that the system's loader did not find; null where the message is about something else.</summary>
    public static string? MissingLibrary(string message) => NotFound().Match(message) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"([^/\\\s]+): cannot open shared object file")]
    private static partial Regex NotFound();

    [GeneratedRegex(@"\b(CU\w+ failure \d+: .+?) ; GPU=")]
    private static partial Regex CudaFailure();

    [GeneratedRegex(@"^\[ErrorCode:\w+\]\s*|/\S+\.(cc|h|cpp|cxx):\d+\s*|[A-Za-z]:\\\S+\.(cc|h|cpp):\d+\s*")]
    private static partial Regex Noise();
}
