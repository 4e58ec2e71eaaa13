using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.NnBcd;

/// <summary>What ONNX Runtime makes of a model when it loads it.</summary>
internal static class RuntimeView
{
    /// <summary>The model after ONNX Runtime's optimisations.</summary>
    public static OnnxModel Optimised(OnnxModel model)
    {
        // Its engine sets the runtime up.
        _ = TestEngine.Shared;
        using var folder = new TempFolder();
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED, OptimizedModelFilePath = folder["optimised.onnx"], LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model.Proto.ToByteArray(), options);
        return OnnxModel.Load(folder["optimised.onnx"]);
    }

    /// <summary>Its operators, in order.</summary>
    public static string[] OptimisedOperators(OnnxModel model) => [.. Optimised(model).Graph.Node.Select(node => node.OpType)];
}
