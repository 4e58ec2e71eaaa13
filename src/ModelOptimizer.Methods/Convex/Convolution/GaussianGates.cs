namespace ModelOptimizer.Methods.Convex.Convolution;

/// <summary>Gates of independent normal numbers. One that is closed on all windows seen says nothing and is drawn anew, as the authors' solver drops it.</summary>
internal static class GaussianGates
{
    // Where the data is such that a gate opens rarely, some stay closed.
    private const int MostRounds = 20;

    /// <param name="algebra">Linear algebra.</param>
    /// <param name="width">m.</param>
    /// <param name="windows">Some windows, D×n.</param>
    /// <param name="random">Where the numbers come from.</param>
    public static GateFilters Draw(ILinearAlgebra algebra, int width, Matrix windows, Random random)
    {
        var filters = new Matrix(width, windows.Rows);
        int[] closed = [.. Enumerable.Range(0, width)];
        for (var round = 0; round < MostRounds && closed.Length > 0; round++)
        {
            foreach (var gate in closed)
            {
                foreach (ref var value in filters.Row(gate))
                {
                    value = random.NextNormal();
                }
            }

            var responses = algebra.Multiply(filters, windows);
            closed = [.. Enumerable.Range(0, width).Where(gate => !responses.Row(gate).ContainsAnyInRange(double.Epsilon, double.PositiveInfinity))];
        }

        return new GateFilters(filters);
    }
}
