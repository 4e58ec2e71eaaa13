namespace ModelOptimizer.Onnx.Values;

/// <summary>Shapes as numbers of elements.</summary>
internal static class Extents
{
    /// <summary>The product of all, 1 of none; it wraps around where a hostile shape's does not fit (<see cref="ElementTypes.Count"/> tells).</summary>
    public static long Product(this IEnumerable<long> extents) => extents.Aggregate(1L, (product, extent) => product * extent);

    /// <inheritdoc cref="Product(IEnumerable{long})"/>
    public static int Product(this IEnumerable<int> extents) => extents.Aggregate(1, (product, extent) => product * extent);
}
