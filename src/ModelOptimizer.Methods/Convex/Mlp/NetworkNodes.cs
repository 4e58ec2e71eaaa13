using ModelOptimizer.Methods.Convex.Students;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Graphs;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>Two-layer networks as nodes of a model.</summary>
internal static class NetworkNodes
{
    /// <summary>Gemm of the gates, Greater, Cast; Gemm of the neurons, Mul, Gemm of the outputs. Gates are there once: a Gather gives each neuron its own.</summary>
    public static IReadOnlyList<NodeProto> Emit(GatedNetwork network, string inputs, StudentNames names)
    {
        var gates = Dense("_gates", inputs, network.Gates.Weights, network.Gates.Bias, names);
        List<NodeProto> nodes = [gates, .. GateMask.Of(gates.Output[0], names)];
        if (!network.GateOf.SequenceEqual(Enumerable.Range(0, network.GateCount)))
        {
            nodes.Add(names.Node("Gather", "_gate_of", [nodes[^1].Output[0], names.Integers("_gate_numbers", [.. network.GateOf.Select(gate => (long)gate)])], GraphBuilder.Attribute("axis", 1L)));
        }

        var mask = nodes[^1].Output[0];
        var hidden = Dense("_hidden", inputs, network.Hidden.Weights, network.Hidden.Bias, names);
        var gated = names.Node("Mul", "_gated", [hidden.Output[0], mask]);
        return [.. nodes, hidden, gated, Last(gated.Output[0], network.Output, names)];
    }

    /// <summary>Gemm, Relu, Gemm.</summary>
    public static IReadOnlyList<NodeProto> Emit(ReluNetwork network, string inputs, StudentNames names)
    {
        var hidden = Dense("_hidden", inputs, network.Hidden.Weights, network.Hidden.Bias, names);
        var active = names.Node("Relu", "_active", [hidden.Output[0]]);
        return [hidden, active, Last(active.Output[0], network.Output, names)];
    }

    private static NodeProto Last(string hidden, Matrix output, StudentNames names)
    {
        // Versions of Gemm before 11 do not go without a bias.
        var node = Dense("_output", hidden, output, new double[output.Rows], names);
        node.Output[0] = names.Output;
        return node;
    }

    private static NodeProto Dense(string suffix, string inputs, Matrix weights, double[]? bias, StudentNames names)
    {
        string[] reads = [inputs, names.Constant(suffix + "_weight", weights.Values, weights.Rows, weights.Columns), .. bias is null ? Array.Empty<string>() : [names.Constant(suffix + "_bias", bias, bias.Length)]];
        return names.Node("Gemm", suffix, reads, GraphBuilder.Attribute("transB", 1L));
    }
}
