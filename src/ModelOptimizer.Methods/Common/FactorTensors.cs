namespace ModelOptimizer.Methods.Common;

/// <summary>Factors as weights of a chain, stacked group by group.</summary>
/// <param name="Input">R×S per group: the first 1×1; null when there is none.</param>
/// <param name="Cores">The factors that have the window's taps, in order; at least one.</param>
/// <param name="Output">T×R per group: the last 1×1; null when there is none.</param>
internal sealed record FactorTensors(Matrix? Input, IReadOnlyList<CoreTensor> Cores, Matrix? Output)
{
    /// <summary>The groups' weights below each other.</summary>
    public static Matrix Stack(IEnumerable<Matrix> groups)
    {
        var all = groups.ToList();
        return all.Count == 1 ? all[0] : new Matrix(all.Sum(matrix => matrix.Rows), all[0].Columns, [.. all.SelectMany(matrix => matrix.Values)]);
    }

    /// <summary>One of <paramref name="groups"/> matrices of equal height below each other.</summary>
    public static Matrix Group(Matrix stacked, int group, int groups)
    {
        var length = stacked.Values.Length / groups;
        return new Matrix(stacked.Rows / groups, stacked.Columns, stacked.Values[(group * length)..((group + 1) * length)]);
    }
}

/// <summary>A factor with taps of the layer's window.</summary>
/// <param name="Weight">One row for each of its outputs, channel-major.</param>
/// <param name="Depthwise">Whether every channel has its own row and no other; otherwise the channels are in the layer's groups.</param>
/// <param name="Axis">The one spatial axis that it covers; null when it covers all.</param>
internal sealed record CoreTensor(Matrix Weight, bool Depthwise = false, int? Axis = null)
{
    /// <summary>Its extents in <paramref name="window"/>.</summary>
    public int[] Kernel(ConvGeometry window) => [.. window.Kernel.Select((extent, axis) => Axis is null || Axis == axis ? extent : 1)];
}
