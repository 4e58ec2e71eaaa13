namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Ŵ of one layer: a copy of its weights that stays in a set 𝒞.</summary>
internal abstract class WeightCopy
{
    /// <summary>Ŵ.</summary>
    public abstract Matrix Value { get; }

    /// <summary>Step 5e: Ŵ ← compress(W).</summary>
    /// <param name="weight">W.</param>
    /// <param name="safeguard">Keep the old Ŵ where the new one is not closer to W.</param>
    /// <returns>‖ΔŴ‖².</returns>
    public abstract double Update(Matrix weight, bool safeguard);
}
