using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// Gates that are the first filters of a block's first convolution, its bias and the BatchNormalization behind it included: open where the teacher's own unit
/// is.
/// </summary>
internal static class TeacherGates
{
    /// <summary>The convolution whose filters can be gates; null when the block begins with none.</summary>
    /// <param name="layers">The teacher's layers.</param>
    /// <param name="input">The tensor that enters the block.</param>
    /// <param name="window">The student's window.</param>
    public static WeightLayer? Find(IReadOnlyList<WeightLayer> layers, string input, ConvGeometry window) =>
        layers.FirstOrDefault(layer =>
            layer is { Kind: LayerKind.Conv, Obstacle: null, Window: { Group: 1, AutoPad: "NOTSET" } own }
            && layer.Input == input
            && own.Kernel.SequenceEqual(window.Kernel)
            && own.Strides.SequenceEqual(window.Strides)
            && own.Pads.SequenceEqual(window.Pads)
            && own.Dilations.All(dilation => dilation == 1)
        );

    /// <summary>The first <paramref name="width"/> filters of <paramref name="layer"/>, a layer of <paramref name="teacher"/>.</summary>
    public static GateFilters Read(OnnxModel teacher, WeightLayer layer, int width)
    {
        var kernel = LayerKernel.Read(layer, new ConstantLookup(teacher.Graph), fold: true);
        var filters = kernel.Groups[0];
        return new GateFilters(new Matrix(width, filters.Columns, filters.Values[..(width * filters.Columns)]), kernel.Bias?[..width]);
    }
}

/// <summary>
/// Gates of independent normal numbers. One that is closed on all windows seen says nothing and is drawn anew, as the authors' solver drops it.
/// </summary>
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
