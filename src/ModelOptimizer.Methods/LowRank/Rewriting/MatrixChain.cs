namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Gemm → Gemm (transA and transB kept), Gemm (transB, alpha, beta and C kept); MatMul → two MatMuls, in front of the Add if there is one.
/// </summary>
internal static class MatrixChain
{
    public static IReadOnlyList<NodeProto> Write(LayerReplacement replacement, GraphWriter write)
    {
        var (layer, factors) = (replacement.Layer, replacement.Factors);
        Matrix Stored(Matrix factor) => StoredWeight.IsTransposed(layer) ? factor.Transpose() : factor;
        var (first, second) = (layer.Node.Clone(), layer.Node.Clone());
        if (factors.Output is null)
        {
            first.Input[1] = Weight(write, "_core", Stored(factors.Cores[0].Weight));
            write.NewNodes.Add(first);
            return replacement.End(write, replacement.WriteBias(write));
        }

        first.Name = replacement.NodeName(write, "_core");
        first.Output[0] = second.Input[0] = replacement.OutputName(write, "_core");
        first.Input[1] = Weight(write, "_core", Stored(factors.Cores[0].Weight));
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

        second.Input[1] = Weight(write, "_out", Stored(factors.Output));
        write.NewNodes.Add(first);
        write.NewNodes.Add(second);
        second.RemoveAttribute("transA");
        return replacement.End(write, replacement.WriteBias(write));
    }

    private static string Weight(GraphWriter write, string suffix, Matrix values) => write.Numbers(suffix, values.Values, values.Rows, values.Columns);
}
