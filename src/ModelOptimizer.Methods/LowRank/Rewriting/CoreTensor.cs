namespace ModelOptimizer.Methods.LowRank;

/// <summary>A factor with taps of the layer's window.</summary>
/// <param name="Weight">One row for each of its outputs, channel-major.</param>
/// <param name="Depthwise">Whether every channel has its own row and no other; otherwise the channels are in the layer's groups.</param>
/// <param name="Axis">The one spatial axis that it covers; null when it covers all.</param>
internal sealed record CoreTensor(Matrix Weight, bool Depthwise = false, int? Axis = null);
