namespace ModelOptimizer.Methods.Search;

/// <summary>What could be done to one layer.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Choices">By rising size and falling penalty; the last leaves the layer as it is.</param>
public sealed record LayerChoices(string Layer, IReadOnlyList<LayerChoice> Choices);
