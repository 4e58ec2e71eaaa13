namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The end of the sweeps.</summary>
/// <param name="Layers">Every layer that was worked on.</param>
/// <param name="Series">What there is to plot.</param>
/// <param name="Certificates">What was proved.</param>
internal sealed record Training(IReadOnlyList<TrainedLayer> Layers, IReadOnlyList<Series> Series, IReadOnlyList<Certificate> Certificates);

/// <summary>What the sweeps made of a layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Weight">The weight to use, T×D, without a Gemm's alpha.</param>
/// <param name="Copy">Ŵ; null for a layer that is not compressed.</param>
/// <param name="Bias">The new bias, a Gemm's beta in it; null keeps what is there.</param>
internal sealed record TrainedLayer(WeightLayer Layer, Matrix Weight, WeightCopy? Copy, double[]? Bias)
{
    /// <summary>The layer's relative error under the moment of its inputs; null for a trained network, whose layers need not resemble the original's.</summary>
    public double? RelativeError { get; init; }

    /// <summary>‖W − Ŵ‖/‖W‖ of a trained network; null where W is not used.</summary>
    public double? Gap { get; init; }
}
