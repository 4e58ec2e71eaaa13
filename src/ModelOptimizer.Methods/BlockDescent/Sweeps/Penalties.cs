namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The weights of the penalty function F.</summary>
/// <param name="Activation">γ, of ‖V − σ(U)‖².</param>
/// <param name="Linear">ρ, of ‖U − WV − b‖².</param>
/// <param name="Compression">τ, of ‖W − Ŵ‖².</param>
/// <param name="Proximal">α, of the change of V_N, U, W and b in one step.</param>
internal sealed record Penalties(double Activation, double Linear, double Compression, double Proximal);
