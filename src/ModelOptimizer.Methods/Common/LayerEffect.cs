namespace ModelOptimizer.Methods.Common;

/// <summary>What one layer's relative squared error does to the model's output, through a few measured points.</summary>
/// <param name="Measured">e² and divergence, by rising e²; empty when nothing could be measured.</param>
internal sealed record LayerEffect(IReadOnlyList<(double SquaredError, double Divergence)> Measured)
{
    // A law steeper or flatter than these is noise of the few samples.
    private const double SteepestPower = 3;
    private const double FlattestPower = 0.3;

    /// <summary>
    /// Without measurements the relative squared error itself; otherwise the power law through the nearest two points, linear below the first.
    /// </summary>
    public double At(double squaredError)
    {
        if (Measured.Count == 0 || squaredError <= 0)
        {
            return squaredError;
        }

        var (firstError, firstDivergence) = Measured[0];
        if (squaredError <= firstError || Measured.Count == 1)
        {
            return firstDivergence * squaredError / firstError;
        }

        var upper = 1;
        while (upper < Measured.Count - 1 && Measured[upper].SquaredError < squaredError)
        {
            upper++;
        }

        var (low, high) = (Measured[upper - 1], Measured[upper]);
        var power = Math.Log(high.Divergence / low.Divergence) / Math.Log(high.SquaredError / low.SquaredError);
        return low.Divergence * Math.Pow(squaredError / low.SquaredError, Math.Clamp(power, FlattestPower, SteepestPower));
    }
}
