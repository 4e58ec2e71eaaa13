namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Time of the compressed model against the original's, measured side by side.</summary>
/// <param name="Ratio">Median over pairs of compressed time / original time.</param>
/// <param name="Lower">Lower end of the median's 95 % interval.</param>
/// <param name="Upper">Upper end of the median's 95 % interval.</param>
/// <param name="OriginalSeconds">Median time of one run of the original.</param>
/// <param name="CompressedSeconds">Median time of one run of the compressed model.</param>
/// <param name="Pairs">Number of pairs.</param>
internal sealed record LatencyResult(double Ratio, double Lower, double Upper, double OriginalSeconds, double CompressedSeconds, int Pairs);
