using ModelOptimizer.Methods.LowRank.Rewriting;

namespace ModelOptimizer.Methods.Convex.Convolution;

/// <summary>Gates that are the first filters of a block's first convolution, its bias and the BatchNormalization behind it included: open where the teacher's own unit is.</summary>
internal static class TeacherGates
{
    /// <summary>The convolution whose filters can be gates; null when the block begins with none.</summary>
    /// <param name="layers">The teacher's layers.</param>
    /// <param name="input">The tensor that enters the block.</param>
    /// <param name="window">The student's window.</param>
    public static WeightLayer? Find(IReadOnlyList<WeightLayer> layers, string input, ConvGeometry window) => layers.FirstOrDefault(layer =>
        layer is { Kind: LayerKind.Conv, Obstacle: null, Window: { Group: 1, AutoPad: "NOTSET" } own } && layer.Input == input
        && own.Kernel.SequenceEqual(window.Kernel) && own.Strides.SequenceEqual(window.Strides) && own.Pads.SequenceEqual(window.Pads) && own.Dilations.All(dilation => dilation == 1));

    /// <summary>The first <paramref name="width"/> filters of <paramref name="layer"/>, a layer of <paramref name="teacher"/>.</summary>
    public static GateFilters Read(OnnxModel teacher, WeightLayer layer, int width)
    {
        var kernel = LayerKernel.Read(layer, new ConstantLookup(teacher.Graph), fold: true);
        var filters = kernel.Groups[0];
        return new GateFilters(new Matrix(width, filters.Columns, filters.Values[..(width * filters.Columns)]), kernel.Bias?[..width]);
    }
}
