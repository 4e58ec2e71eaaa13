namespace ModelOptimizer.Methods.NnBcd.Sweeps;

/// <summary>argmin_u ½(a − max(u, 0))² + g/2·(u − b)², in closed form.</summary>
internal static class ReluStep
{
    /// <summary>The minimiser: each branch of the ReLU has its own minimum, and the lower one wins.</summary>
    public static double Minimiser(double a, double b, double g)
    {
        var above = Math.Max((a + (g * b)) / (1 + g), 0);
        var below = Math.Min(b, 0);
        return Value(above, a, b, g) < Value(below, a, b, g) ? above : below;
    }

    private static double Value(double u, double a, double b, double g)
    {
        var (loss, move) = (a - Math.Max(u, 0), u - b);
        return (loss * loss) + (g * move * move);
    }
}
