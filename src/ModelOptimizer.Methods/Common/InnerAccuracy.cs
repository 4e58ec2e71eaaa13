namespace ModelOptimizer.Methods.Common;

/// <summary>When the inner solver of U_S stops.</summary>
/// <param name="Reduction">The residual's norm relative to that of the start.</param>
/// <param name="Iterations">The most products with the operator.</param>
internal readonly record struct InnerAccuracy(double Reduction, int Iterations)
{
    /// <summary>The published accuracy.</summary>
    public static InnerAccuracy Tight => new(1e-10, 2000);

    /// <summary>Enough for a sweep that is followed by others: the quadratic still falls, and the next sweep starts from here.</summary>
    public static InnerAccuracy Loose => new(0.03, 8);
}
