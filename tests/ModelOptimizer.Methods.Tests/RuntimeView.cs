using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests;

/// <summary>What ONNX Runtime makes of a model when it loads it.</summary>
internal static class RuntimeView
{
    /// <summary>The model after ONNX Runtime's optimisations.</summary>
    public static OnnxModel Optimised(OnnxModel model)
    {
        // Its engine sets the runtime up.
        _ = TestEngine.Shared;
        using var folder = new TempFolder();
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            OptimizedModelFilePath = folder["optimised.onnx"],
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using var session = new InferenceSession(model.Proto.ToByteArray(), options);
        return OnnxModel.Load(folder["optimised.onnx"]);
    }

    /// <summary>Its operators, in order.</summary>
    public static string[] OptimisedOperators(OnnxModel model) => [.. Optimised(model).Graph.Node.Select(node => node.OpType)];

    /// <summary>
    /// The operators that every run computes from constants alone. The casts of weights in half precision, of which the runtime has one for each in every
    /// model, do not count.
    /// </summary>
    public static string[] Repeated(OnnxModel model)
    {
        var optimised = Optimised(model);
        var constant = new LoadTimeNodes(optimised.Proto);
        return [.. optimised.Graph.Node.Where(node => constant.Contains(node) && node.OpType != "Cast").Select(node => node.OpType)];
    }

    /// <summary>
    /// The weight of the model's last layer as the runtime computes it when it loads the model, and nothing of what it is computed from may be left to a run.
    /// </summary>
    public static double[] Weight(OnnxModel model)
    {
        var alone = model.Clone();
        var name = LayerFinder.Find(alone)[^1].Weight;
        var editor = new GraphEditor(alone);
        var constant = new LoadTimeNodes(alone.Proto);
        foreach (var node in alone.Graph.Node.Where(node => !constant.Contains(node)).ToArray())
        {
            alone.Graph.Node.Remove(node);
        }

        alone.Graph.Output.Clear();
        alone.Graph.Output.Add(new ValueInfoProto { Name = name });
        editor.Prune();
        var optimised = Optimised(alone);
        optimised.Graph.Node.Select(node => node.OpType).ShouldBeEmpty();
        return WeightValues.ReadDoubles(optimised.Graph.Initializer.Single(tensor => tensor.Name == name));
    }
}
