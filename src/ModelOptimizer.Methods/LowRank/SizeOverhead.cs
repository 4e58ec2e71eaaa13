using Google.Protobuf;
using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Onnx.Editing;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>How many bytes a chain takes besides its numbers, less what the layer took: names, attributes, lengths.</summary>
internal static class SizeOverhead
{
    public static long Of(LayerPlan plan, RankPair ranks, TensorProto weight, long opset)
    {
        var replacement = plan.Empty(ranks);
        var names = new ChainNames(replacement, new GraphEditor(new OnnxModel(new ModelProto { Graph = new GraphProto() })));
        var chain = FactorChain.Build(replacement, names, opset);
        return chain.Nodes.Sum(Framed) + chain.Tensors.Sum(tensor => Framed(tensor) - tensor.RawData.Length) - chain.Replaced.Sum(Framed) - Framed(weight) + weight.RawData.Length;
    }

    // A tag, a length and the message.
    private static long Framed(IMessage message)
    {
        var size = message.CalculateSize();
        return 1 + CodedOutputStream.ComputeUInt32Size((uint)size) + size;
    }
}
