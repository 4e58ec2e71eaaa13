using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>The end of a solve.</summary>
/// <param name="Factors">U_T, G and U_S, U_T and U_S with orthonormal columns.</param>
/// <param name="SquaredError">tr(ΔΣΔᵀ).</param>
/// <param name="Errors">The relative error e after the start and after each sweep.</param>
internal sealed record TuckerSolution(TuckerFactors Factors, double SquaredError, IReadOnlyList<double> Errors);
