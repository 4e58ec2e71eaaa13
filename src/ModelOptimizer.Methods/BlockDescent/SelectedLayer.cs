namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>A layer and what shall become of it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Set">The set its weights shall lie in; null leaves it alone, or trains it without compression.</param>
/// <param name="Reason">Why it is not compressed; null when it is.</param>
internal sealed record SelectedLayer(WeightLayer Layer, WeightSet? Set, string? Reason);
