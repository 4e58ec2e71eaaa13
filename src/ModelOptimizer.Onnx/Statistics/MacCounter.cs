using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Statistics;

/// <summary>Multiply-adds of one node.</summary>
internal static class MacCounter
{
    public static bool Counts(NodeProto node) => node.Operator() is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" && node.Input.Count >= 2 && node.Output.Count >= 1;

    /// <summary>Null when <paramref name="shape"/> does not know a tensor, or what it knows does not belong to such a node.</summary>
    public static long? Of(NodeProto node, Func<string, long[]?> shape)
    {
        var first = shape(node.Input[0]);
        var weight = shape(node.Input[1]);
        var output = shape(node.Output[0]);
        return (node.Operator(), first, weight, output) switch
        {
            // Every output element sums over the input channels of its group and the taps.
            ("Conv", _, { Length: > 2 } w, { } y) => Product(y) * Product(w[1..]),

            // Every input element is spread over the output channels of its group and the taps.
            ("ConvTranspose", { } x, { Length: > 2 } w, _) => Product(x) * Product(w[1..]),
            ("Gemm", _, { Length: 2 } w, { } y) => Product(y) * w[node.Int("transB", 0) != 0 ? 1 : 0],
            ("MatMul", { Length: > 0 } x, _, { } y) => Product(y) * x[^1],
            _ => null,
        };
    }

    private static long Product(long[] extents) => extents.Aggregate(1L, (product, extent) => product * extent);
}
