namespace ModelOptimizer.Methods.LowRank;

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
}
