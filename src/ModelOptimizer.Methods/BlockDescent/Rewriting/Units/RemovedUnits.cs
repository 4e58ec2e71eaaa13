namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>What became of the units between two layers.</summary>
/// <param name="Link">The layers.</param>
/// <param name="Count">How many units went.</param>
/// <param name="Reason">Why none can go; null when they can.</param>
internal sealed record RemovedUnits(LayerLink Link, int Count, string? Reason);
