namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Two layers of which the second reads what the first makes, and nothing else does.</summary>
/// <param name="From">The layer that makes it; its output channels are the units.</param>
/// <param name="To">The layer that reads it.</param>
/// <param name="Relu">Whether a ReLU is between them; the identity otherwise.</param>
/// <param name="Spread">How many consecutive input channels of <paramref name="To"/> each unit is: more than 1 behind a flattened convolution.</param>
/// <param name="Nodes">The nodes between them, in order.</param>
internal sealed record LayerLink(WeightLayer From, WeightLayer To, bool Relu, int Spread, IReadOnlyList<NodeProto> Nodes);
