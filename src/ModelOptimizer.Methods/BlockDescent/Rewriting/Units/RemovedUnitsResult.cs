namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Layers without their dead units.</summary>
/// <param name="Updates">The updates as they were given, smaller where units went, and after them those of layers that had none and changed.</param>
/// <param name="Links">Link by link, what went.</param>
internal sealed record RemovedUnitsResult(IReadOnlyList<LayerUpdate> Updates, IReadOnlyList<RemovedUnits> Links);
