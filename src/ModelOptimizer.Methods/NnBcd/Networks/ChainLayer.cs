namespace ModelOptimizer.Methods.NnBcd.Networks;

/// <summary>A layer of a chain as the algorithm sees it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Relu">Whether a ReLU follows.</param>
/// <param name="Weight">W as T×D, a Gemm's alpha in it.</param>
/// <param name="Bias">b, a Gemm's beta in it; null when the layer has none.</param>
internal sealed record ChainLayer(WeightLayer Layer, bool Relu, Matrix Weight, double[]? Bias);
