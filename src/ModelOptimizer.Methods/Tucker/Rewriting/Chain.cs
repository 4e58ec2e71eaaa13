using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Methods.Tucker.Rewriting;

/// <summary>What takes the place of a layer.</summary>
/// <param name="Replaced">The nodes that go.</param>
/// <param name="Nodes">The nodes that come, in order.</param>
/// <param name="Tensors">Their new constants.</param>
internal sealed record Chain(IReadOnlyList<NodeProto> Replaced, IReadOnlyList<NodeProto> Nodes, IReadOnlyList<TensorProto> Tensors);
