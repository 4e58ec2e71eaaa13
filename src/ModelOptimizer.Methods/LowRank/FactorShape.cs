namespace ModelOptimizer.Methods.LowRank;

/// <summary>The extents of one layer's kernel, per group.</summary>
/// <param name="Outputs">T of one group.</param>
/// <param name="Inputs">S of one group.</param>
/// <param name="Taps">K.</param>
/// <param name="Groups">Number of groups.</param>
internal readonly record struct FactorShape(int Outputs, int Inputs, int Taps, int Groups)
{
    /// <summary>A 1×1 kernel or a matrix: two factors, one rank.</summary>
    public bool IsMatrix => Taps == 1;

    /// <summary>Weights as they are.</summary>
    public long Parameters => (long)Groups * Outputs * Inputs * Taps;

    /// <summary>The multiple nearest to a rank; the rank itself where it is full or the layer has no room for two multiples.</summary>
    public static int Liked(int rank, int full, int multiple) =>
        multiple <= 1 || rank >= full || full < 2 * multiple ? rank : Math.Max(1, (int)Math.Round((double)rank / multiple, MidpointRounding.AwayFromZero)) * multiple;
}
