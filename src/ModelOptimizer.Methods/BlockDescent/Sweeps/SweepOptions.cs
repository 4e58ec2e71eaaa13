namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>What a sweep does beyond the formulas.</summary>
/// <param name="Biases">Whether biases are trained; the published code keeps them as they are (zero).</param>
/// <param name="Safeguard">Whether a Ŵ that is farther from W than the one before is refused; the published code has no such rule.</param>
/// <param name="Cancellation">Ends the sweep between layers.</param>
internal sealed record SweepOptions(bool Biases, bool Safeguard, CancellationToken Cancellation = default);
