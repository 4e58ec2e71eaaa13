namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Gemm → Gemm (transA and transB kept), Gemm (transB, alpha, beta and C kept); MatMul → two MatMuls, in front of the Add if there is one.
/// </summary>
internal static class MatrixChain
{
    public static IReadOnlyList<NodeProto> WriteMatMul(LayerReplacement replacement, GraphWriter write)
    {
        var layer = replacement.Layer;
        var (_, second) = Clones(replacement, write, factor => factor.Transpose());
        if (replacement.WriteBias(write) is not { } bias)
        {
            return [layer.Node];
        }

        var add = layer.BiasAdd?.Clone() ?? new NodeProto { OpType = "Add", Name = replacement.NodeName(write, "_bias"), Output = { layer.Node.Output[0] } };
        second.Output[0] = layer.BiasAdd is null ? replacement.OutputName(write, "_out") : layer.Node.Output[0];
        add.Input.Clear();
        add.Input.Add([second.Output[0], bias]);
        write.NewNodes.Add(add);
        return layer.BiasAdd is null ? [layer.Node] : [layer.Node, layer.BiasAdd];
    }

    public static IReadOnlyList<NodeProto> WriteGemm(LayerReplacement replacement, GraphWriter write)
    {
        var layer = replacement.Layer;
        var (_, second) = Clones(replacement, write, factor => layer.TransB ? factor : factor.Transpose());
        second.RemoveAttribute("transA");
        if (replacement.WriteBias(write) is { } bias)
        {
            // The new bias is what is added: the old beta is in it.
            second.RemoveAttribute("beta");
            second.KeepInputs(2);
            second.Input.Add(bias);
        }

        return [layer.Node];
    }

    private static (NodeProto First, NodeProto Second) Clones(LayerReplacement replacement, GraphWriter write, Func<Matrix, Matrix> stored)
    {
        var (layer, factors) = (replacement.Layer, replacement.Factors);
        var (first, second) = (layer.Node.Clone(), layer.Node.Clone());
        first.Name = replacement.NodeName(write, "_core");
        first.Output[0] = second.Input[0] = replacement.OutputName(write, "_core");
        first.Input[1] = Weight(write, "_core", stored(factors.Cores[0].Weight));
        if (layer.Kind == LayerKind.Gemm)
        {
            first.KeepInputs(2);
            first.RemoveAttribute("alpha");
            first.RemoveAttribute("beta");
            if (write.Opset < Opsets.GemmWithoutC)
            {
                var count = factors.Cores[0].Weight.Rows;
                first.Input.Add(write.Numbers("_zero", new double[count], count));
            }
        }

        second.Input[1] = Weight(write, "_out", stored(factors.Output!));
        write.NewNodes.Add(first);
        write.NewNodes.Add(second);
        return (first, second);
    }

    private static string Weight(GraphWriter write, string suffix, Matrix values) => write.Numbers(suffix, values.Values, values.Rows, values.Columns);
}
