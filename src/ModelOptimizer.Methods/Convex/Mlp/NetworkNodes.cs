namespace ModelOptimizer.Methods.Convex;

/// <summary>Two-layer networks as nodes of a model.</summary>
internal static class NetworkNodes
{
    /// <summary>
    /// Gemm of the gates, Greater, Cast; Gemm of the neurons, Mul, Gemm of the outputs. Gates are there once: a Gather gives each neuron its own. Neurons that are always open are a chain of two Gemms, added where there are others.
    /// </summary>
    public static IReadOnlyList<NodeProto> Emit(GatedNetwork network, string inputs, StudentNames names)
    {
        var gated = network.Only(gate => gate != GatedNetwork.None);
        var linear = network.Only(gate => gate == GatedNetwork.None);
        if (gated.GateOf.Count == 0)
        {
            return EndingIn(names.Output, Linear(linear, inputs, names));
        }

        if (linear.GateOf.Count == 0)
        {
            return EndingIn(names.Output, Gated(gated, inputs, names));
        }

        List<NodeProto> nodes = [.. Gated(gated, inputs, names)];
        var sum = nodes[^1].Output[0];
        nodes.AddRange(Linear(linear, inputs, names));
        return EndingIn(names.Output, [.. nodes, names.Node("Add", "_sum", [sum, nodes[^1].Output[0]])]);
    }

    /// <summary>Gemm, Relu, Gemm.</summary>
    public static IReadOnlyList<NodeProto> Emit(ReluNetwork network, string inputs, StudentNames names)
    {
        var hidden = Dense("_hidden", inputs, network.Hidden, names);
        var active = names.Node("Relu", "_active", [hidden.Output[0]]);
        return EndingIn(names.Output, [hidden, active, Last("_output", active.Output[0], network.Output, names)]);
    }

    private static List<NodeProto> Gated(GatedNetwork network, string inputs, StudentNames names)
    {
        var gates = Dense("_gates", inputs, network.Gates, names);
        List<NodeProto> nodes = [gates, .. GateMask.Of(gates.Output[0], names)];
        if (!network.GateOf.SequenceEqual(Enumerable.Range(0, network.GateCount)))
        {
            nodes.Add(names.Node("Gather", "_gate_of", [nodes[^1].Output[0], names.Integers("_gate_numbers", [.. network.GateOf.Select(gate => (long)gate)])], GraphWriter.Attribute("axis", 1L)));
        }

        var mask = nodes[^1].Output[0];
        var hidden = Dense("_hidden", inputs, network.Hidden, names);
        var gated = names.Node("Mul", "_gated", [hidden.Output[0], mask]);
        return [.. nodes, hidden, gated, Last("_output", gated.Output[0], network.Output, names)];
    }

    private static List<NodeProto> Linear(GatedNetwork network, string inputs, StudentNames names)
    {
        var hidden = Dense("_linear", inputs, network.Hidden, names);
        return [hidden, Last("_linear_output", hidden.Output[0], network.Output, names)];
    }

    private static IReadOnlyList<NodeProto> EndingIn(string output, IReadOnlyList<NodeProto> nodes)
    {
        nodes[^1].Output[0] = output;
        return nodes;
    }

    // Versions of Gemm before 11 do not go without a bias.
    private static NodeProto Last(string suffix, string hidden, Matrix output, StudentNames names) => Dense(suffix, hidden, new AffineLayer(output, new double[output.Rows]), names);

    private static NodeProto Dense(string suffix, string inputs, AffineLayer layer, StudentNames names)
    {
        var weights = names.Constant(suffix + "_weight", layer.Weights.Values, layer.Weights.Rows, layer.Weights.Columns);
        string[] bias = layer.Bias is { } values ? [names.Constant(suffix + "_bias", values, values.Length)] : [];
        return names.Node("Gemm", suffix, [inputs, weights, .. bias], GraphWriter.Attribute("transB", 1L));
    }
}
