namespace ModelOptimizer.Methods.Convex;

/// <summary>Two-layer networks as nodes of a model; the last one makes the outputs.</summary>
internal static class NetworkNodes
{
    /// <summary>
    /// Gemm of the gates, Greater, Cast; Gemm of the neurons, Mul, Gemm of the outputs. Gates are there once: a Gather gives each neuron its own.
    /// Neurons that are always open are a chain of two Gemms, added where there are others.
    /// </summary>
    public static void Write(GatedNetwork network, string inputs, GraphWriter write)
    {
        var gated = network.Only(gate => gate != GatedNetwork.None);
        var linear = network.Only(gate => gate == GatedNetwork.None);
        if (gated.GateOf.Count == 0)
        {
            Linear(linear, inputs, write);
        }
        else if (linear.GateOf.Count == 0)
        {
            Gated(gated, inputs, write);
        }
        else
        {
            var sum = Gated(gated, inputs, write);
            write.Node("Add", "_sum", [sum, Linear(linear, inputs, write)]);
        }
    }

    /// <summary>Gemm, Relu, Gemm.</summary>
    public static void Write(ReluNetwork network, string inputs, GraphWriter write) =>
        Last("_output", write.Node("Relu", "_active", [Dense("_hidden", inputs, network.Hidden, write)]), network.Output, write);

    /// <summary>1[v &gt; 0], in the numbers that the model computes in. A gate at zero is closed.</summary>
    public static string Mask(string values, GraphWriter write) =>
        write.Cast(write.Node("Greater", "_open", [values, write.Numbers("_zero", [0], [])]), (TensorProto.Types.DataType)write.ElementType, "_mask");

    private static string Gated(GatedNetwork network, string inputs, GraphWriter write)
    {
        var mask = Mask(Dense("_gates", inputs, network.Gates, write), write);
        if (!network.GateOf.SequenceEqual(Enumerable.Range(0, network.GateCount)))
        {
            long[] gates = [.. network.GateOf.Select(gate => (long)gate)];
            var numbers = write.Raw<long>("_gate_numbers", TensorProto.Types.DataType.Int64, gates, gates.Length);
            mask = write.Node("Gather", "_gate_of", [mask, numbers], GraphWriter.Attribute("axis", 1L));
        }

        var hidden = Dense("_hidden", inputs, network.Hidden, write);
        return Last("_output", write.Node("Mul", "_gated", [hidden, mask]), network.Output, write);
    }

    private static string Linear(GatedNetwork network, string inputs, GraphWriter write) =>
        Last("_linear_output", Dense("_linear", inputs, network.Hidden, write), network.Output, write);

    // Versions of Gemm before 11 do not go without a bias.
    private static string Last(string suffix, string hidden, Matrix output, GraphWriter write) =>
        Dense(suffix, hidden, new AffineLayer(output, new double[output.Rows]), write);

    private static string Dense(string suffix, string inputs, AffineLayer layer, GraphWriter write)
    {
        var weights = write.Numbers(suffix + "_weight", layer.Weights.Values, layer.Weights.Rows, layer.Weights.Columns);
        string[] bias = layer.Bias is { } values ? [write.Numbers(suffix + "_bias", values, values.Length)] : [];
        return write.Node("Gemm", suffix, [inputs, weights, .. bias], GraphWriter.Attribute("transB", 1L));
    }
}
