namespace ModelOptimizer.Methods.LowRank;

/// <summary>A layer and what takes its place.</summary>
/// <param name="Layer">The layer, with the nodes of the model that is edited.</param>
/// <param name="Factors">The weights.</param>
/// <param name="Bias">The new bias; null keeps what is there.</param>
/// <param name="Folded">Whether the BatchNormalization is in the factors and goes.</param>
internal sealed record LayerReplacement(WeightLayer Layer, FactorTensors Factors, double[]? Bias, bool Folded);
