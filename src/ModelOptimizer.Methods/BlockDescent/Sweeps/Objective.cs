namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>F = ½‖V_N − Y‖² + Σ γ/2·‖V − σ(U)‖² + Σ ρ/2·‖U − WV − b‖² + Σ τ/2·‖W − Ŵ‖², term by term.</summary>
/// <param name="Loss">½‖V_N − Y‖².</param>
/// <param name="Activation">The γ-terms.</param>
/// <param name="Linear">The ρ-terms.</param>
/// <param name="Compression">The τ-terms.</param>
internal sealed record Objective(double Loss, double Activation, double Linear, double Compression)
{
    /// <summary>F.</summary>
    public double Total => Loss + Activation + Linear + Compression;
}
