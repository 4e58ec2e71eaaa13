namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Gemm → Gemm (transA and transB kept), Gemm (transB, alpha, beta and C kept); MatMul → two MatMuls, in front of the Add if there is one.
/// </summary>
internal static class MatrixChain
{
    // Until then Gemm had to have a C, which the first factor does not want.
    private const long FirstOpsetWithoutC = 11;

    public static FactorChain BuildMatMul(LayerReplacement replacement, ChainNames names)
    {
        var layer = replacement.Layer;
        var (first, second) = Clones(replacement, names);
        first.Input[1] = names.Weight("_core", replacement.Factors.Cores[0].Weight.Transpose());
        second.Input[1] = names.Weight("_out", replacement.Factors.Output!.Transpose());
        if (names.Bias() is not { } bias)
        {
            return new FactorChain([layer.Node], [first, second], names.Tensors);
        }

        var add = layer.BiasAdd?.Clone() ?? new NodeProto { OpType = "Add", Name = names.Node("_bias"), Input = { "", "" }, Output = { layer.Node.Output[0] } };
        second.Output[0] = layer.BiasAdd is null ? names.Output("_out") : layer.Node.Output[0];
        add.Input.Clear();
        add.Input.Add([second.Output[0], bias]);
        return new FactorChain(layer.BiasAdd is null ? [layer.Node] : [layer.Node, layer.BiasAdd], [first, second, add], names.Tensors);
    }

    public static FactorChain BuildGemm(LayerReplacement replacement, ChainNames names, long opset)
    {
        var layer = replacement.Layer;
        var (first, second) = Clones(replacement, names);
        var stored = (Tensors.LinearAlgebra.Matrix factor) => layer.TransB ? factor : factor.Transpose();
        first.Input[1] = names.Weight("_core", stored(replacement.Factors.Cores[0].Weight));
        while (first.Input.Count > 2)
        {
            first.Input.RemoveAt(2);
        }

        Remove(first, "alpha");
        Remove(first, "beta");
        if (opset < FirstOpsetWithoutC)
        {
            first.Input.Add(names.Zeros("_zero", replacement.Factors.Cores[0].Weight.Rows));
        }

        second.Input[1] = names.Weight("_out", stored(replacement.Factors.Output!));
        Remove(second, "transA");
        if (names.Bias() is { } bias)
        {
            // The new bias is what is added: the old beta is in it.
            Remove(second, "beta");
            while (second.Input.Count > 2)
            {
                second.Input.RemoveAt(2);
            }

            second.Input.Add(bias);
        }

        return new FactorChain([layer.Node], [first, second], names.Tensors);
    }

    private static (NodeProto First, NodeProto Second) Clones(LayerReplacement replacement, ChainNames names)
    {
        var (first, second) = (replacement.Layer.Node.Clone(), replacement.Layer.Node.Clone());
        first.Name = names.Node("_core");
        first.Output[0] = names.Output("_core");
        second.Input[0] = first.Output[0];
        return (first, second);
    }

    private static void Remove(NodeProto node, string attribute)
    {
        if (node.Attribute(attribute) is { } found)
        {
            node.Attribute.Remove(found);
        }
    }
}
