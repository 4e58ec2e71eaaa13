namespace ModelOptimizer.Methods.Common;

/// <summary>
/// A matrix product whose input is one vector: it has no axis of samples, so that batches cannot be formed, and a Gemm in its place would give a matrix.
/// </summary>
internal static class SingleVector
{
    /// <summary>What stands against fitting a layer to what it reads; null where it reads more than one vector, or where nobody knows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="shapes">Shapes for one sample.</param>
    public static string? Obstacle(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) =>
        shapes.TryGetValue(layer.Input, out var shape) && shape.Length < 2 ? "its input is a single vector" : null;
}
