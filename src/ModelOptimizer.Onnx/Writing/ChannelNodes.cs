namespace ModelOptimizer.Onnx.Writing;

/// <summary>Nodes on tensors of shape [N, C, …] that treat each channel by itself.</summary>
internal static class ChannelNodes
{
    /// <summary>[C]: sums over everything but the channel.</summary>
    public static string SumPerChannel(this GraphWriter graph, string tensor, long[] shape) =>
        graph.Reshape(graph.ReduceSum(tensor, [0, .. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)]), shape[1]);

    /// <summary>A tensor of shape [C] as [C, 1, …], which broadcasts to [N, C, …] of <paramref name="rank"/> axes.</summary>
    public static string PerChannel(this GraphWriter graph, string tensor, long channels, int rank) =>
        graph.Reshape(tensor, [channels, .. Enumerable.Repeat(1L, rank - 2)]);
}
