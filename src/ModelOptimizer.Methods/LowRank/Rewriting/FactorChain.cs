
namespace ModelOptimizer.Methods.LowRank;

/// <summary>What takes the place of a layer.</summary>
/// <param name="Replaced">The nodes that go.</param>
/// <param name="Nodes">The nodes that come, in order.</param>
/// <param name="Tensors">Their new constants.</param>
internal sealed record FactorChain(IReadOnlyList<NodeProto> Replaced, IReadOnlyList<NodeProto> Nodes, IReadOnlyList<TensorProto> Tensors)
{
    public static FactorChain Build(LayerReplacement replacement, ChainNames names, long opset) => replacement.Layer.Kind switch
    {
        LayerKind.Conv => ConvChain.Build(replacement, names),
        LayerKind.Gemm => MatrixChain.BuildGemm(replacement, names, opset),
        _ => MatrixChain.BuildMatMul(replacement, names),
    };
}
