namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Shapes in messages.</summary>
internal static class ShapeText
{
    /// <summary><c>[1, 28, 28]</c>, with <c>?</c> for a free dimension.</summary>
    public static string Of(IEnumerable<long> shape) =>
        $"[{string.Join(", ", shape.Select(extent => extent < 0 ? "?" : extent.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
