namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The end of the sweeps.</summary>
/// <param name="Layers">Every layer that was worked on.</param>
/// <param name="Series">What there is to plot.</param>
/// <param name="Certificates">What was proved.</param>
internal sealed record Training(IReadOnlyList<TrainedLayer> Layers, IReadOnlyList<Series> Series, IReadOnlyList<Certificate> Certificates);
