namespace ModelOptimizer.Methods.Quantization;

/// <summary>What rounding made of a weight.</summary>
/// <param name="Target">The weight.</param>
/// <param name="Tensor">Its numbers.</param>
/// <param name="Obstacle">Why they cannot be used; null when they can.</param>
/// <param name="Bias">What the layer's bias becomes; null where it stays.</param>
/// <param name="RelativeError">√(tr(ΔΣΔᵀ)/tr(WΣWᵀ)); Σ = I where it was not measured.</param>
/// <param name="Note">What the report should say; null for nothing.</param>
internal sealed record RoundedWeight(WeightTarget Target, RoundedTensor Tensor, string? Obstacle, MovedBias? Bias, double RelativeError, string? Note);
