namespace ModelOptimizer.Pipeline.Timing;

/// <summary>Measured time of a rewritten layer against the original's, both alone on ONNX Runtime.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Ratio">Median over interleaved pairs of new time / original time.</param>
/// <param name="Lower">Lower end of the median's 95 % interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="OriginalSeconds">Median time of the original layer, one sample.</param>
/// <param name="Seconds">The same of the rewritten layer.</param>
/// <param name="Reverted">Whether the rewrite was undone because of it.</param>
public sealed record LayerTime(string Layer, double Ratio, double Lower, double Upper, double OriginalSeconds, double Seconds, bool Reverted);
