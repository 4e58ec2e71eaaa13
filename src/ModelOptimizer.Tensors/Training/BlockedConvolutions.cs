using System.Runtime.InteropServices;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Runtime;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Convolutions in ONNX Runtime's own layout for processors, [N, C/b, H, W, b] with b channels in a block, which it gives only those with constant weights. A
/// step's weights are no constants: here their order is part of the graph. Half of the time or less, small maps the most.
/// </summary>
internal static class BlockedConvolutions
{
    private const string Domain = "com.microsoft.nchwc";
    private const int Largest = 16;

    /// <summary>Rewrites what <paramref name="engine"/> runs faster so; nothing where it has no such layout.</summary>
    /// <param name="model">A step, which is changed.</param>
    /// <param name="parameters">The weights that the step trains.</param>
    /// <param name="engine">Where it will run.</param>
    public static void Apply(OnnxModel model, IReadOnlyList<TrainedTensor> parameters, Engine engine)
    {
        if (BlockOf(engine) is not { } block)
        {
            return;
        }

        var shapes = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Shape, StringComparer.Ordinal);
        var constants = new ConstantLookup(model.Graph);
        foreach (var node in model.Graph.Node.Where(node => node.Operator() == "Reshape"))
        {
            if (constants.Find(node.Input[1]) is { } shape)
            {
                shapes.TryAdd(node.Output[0], shape.Integers());
            }
        }

        NodeProto[] nodes = [.. model.Graph.Node];
        var graph = new GraphWriter(model);
        model.Graph.Node.Clear();
        foreach (var node in nodes)
        {
            if (node.Operator() == "Conv" && shapes.TryGetValue(node.Input[1], out var weight) && Fits(node, weight, block))
            {
                Write(graph, node, weight, block);
            }
            else
            {
                model.Graph.Node.Add(node);
            }
        }

        if (model.Graph.Node.Any(node => node.Domain == Domain))
        {
            model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        }
    }

    // A kernel of one tap is a matrix product already, whose operands would only be moved.
    private static bool Fits(NodeProto node, long[] weight, int block) =>
        weight.Length == 4 && weight.All(extent => extent > 0) && weight[2] * weight[3] > 1 && node.Int("group", 1) == 1
        && weight[0] % block == 0 && (weight[1] % block == 0 || weight[1] < block);

    // An input of fewer channels than a block is read as it is.
    private static void Write(GraphWriter graph, NodeProto node, long[] weight, int block)
    {
        var (outputs, inputs, height, width) = (weight[0], weight[1], weight[2], weight[3]);
        var isBlocked = inputs % block == 0;
        var kernel = isBlocked
            ? graph.Transpose(graph.Reshape(node.Input[1], outputs / block, block, inputs / block, block, height, width), 0, 2, 4, 5, 3, 1)
            : graph.Transpose(graph.Reshape(node.Input[1], outputs / block, block, inputs, height, width), 0, 2, 3, 4, 1);
        var input = isBlocked ? Blocked(graph, graph.Node("ReorderInput", [node.Input[0]])) : node.Input[0];
        var output = Blocked(graph, graph.Node("Conv", [input, graph.Reshape(kernel, weight), .. node.Input.Skip(2)], [.. node.Attribute]));
        Blocked(graph, graph.NodeTo(node.Output[0], "ReorderOutput", [output], GraphWriter.Attribute("channels", outputs)));
    }

    private static string Blocked(GraphWriter graph, string output)
    {
        graph.NewNodes[^1].Domain = Domain;
        return output;
    }

    /// <summary>Channels in a block: found by looking where the channels of two pixels go. Null on other devices, and where there is no such layout.</summary>
    private static int? BlockOf(Engine engine)
    {
        if (engine.Device.Kind != DeviceCatalogue.Cpu || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return null;
        }

        var graph = new GraphWriter();
        var x = graph.Input("x", DataType.Float, 1, Largest, 1, 2);
        graph.NodeTo("y", "ReorderInput", [x]);
        Blocked(graph, "y");
        graph.Output("y", DataType.Float, 1, Largest, 1, 2);
        graph.Model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        float[] channels = [.. Enumerable.Range(0, 2 * Largest).Select(element => (float)(element / 2))];
        var pixels = new Dictionary<string, HostTensor> { [x] = HostTensor.From<float>(DataType.Float, [1, Largest, 1, 2], channels) };
        try
        {
            using var session = engine.CreateSession(graph.Build());
            var ordered = session.Run(pixels)["y"].As<float>();
            return IsOrdered(ordered, Largest) ? Largest : IsOrdered(ordered, Largest / 2) ? Largest / 2 : null;
        }
        catch (DiagnosticException e) when (e.Diagnostic.Code is TensorsCodes.ModelRefused or TensorsCodes.RunFailed)
        {
            // A build of the runtime without it.
            return null;
        }
    }

    private static bool IsOrdered(ReadOnlySpan<float> channels, int block)
    {
        for (var element = 0; element < channels.Length; element++)
        {
            if (channels[element] != (element / (2 * block) * block) + (element % block))
            {
                return false;
            }
        }

        return true;
    }
}
