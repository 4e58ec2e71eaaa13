using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// Σ = E[x xᵀ] and μ = E[x] over all patches x of all calibration samples, one of each per channel group.
/// A patch has length D = S/group·K with flat index (s·Kh + h)·Kw + w, zero padding included.
/// </summary>
/// <param name="Sigma">Uncentred second moments, D×D, symmetric; one per group.</param>
/// <param name="Mean">Mean patches, D long; one per group.</param>
/// <param name="Count">Number of patches averaged.</param>
internal sealed record SecondMoment(IReadOnlyList<Matrix> Sigma, IReadOnlyList<double[]> Mean, long Count);
