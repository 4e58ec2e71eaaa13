namespace ModelOptimizer.Pipeline.Gates;

/// <summary>
/// Tango's score statistic for the difference of two proportions on the same samples (Statistics in Medicine 17, 1998): how far the drop seen lies from a
/// supposed one, in standard errors under the supposition.
/// </summary>
internal static class PairedScore
{
    /// <summary>
    /// (b − c − n·δ + correction) / √(n·(2·q + δ·(1 − δ))) with b lost, c gained, and q the maximum-likelihood probability of a gain when the true drop is δ:
    /// (√(B² − 4AC) − B) / 2A with A = 2n, B = (2n − b + c)·δ − b − c, C = −c·δ·(1 − δ).
    /// </summary>
    /// <param name="samples">n; need not be whole, to ask what more samples would show.</param>
    /// <param name="lost">b.</param>
    /// <param name="gained">c.</param>
    /// <param name="drop">δ, from 0 to 1.</param>
    /// <param name="correction">Continuity correction, in samples.</param>
    public static double Statistic(double samples, double lost, double gained, double drop, double correction = 0)
    {
        var a = 2 * samples;
        var b = ((2 * samples) - lost + gained) * drop - lost - gained;
        var c = -gained * drop * (1 - drop);
        var q = (Math.Sqrt(Math.Max(0, (b * b) - (4 * a * c))) - b) / (2 * a);
        var distance = lost - gained - (samples * drop) + correction;
        var variance = samples * ((2 * q) + (drop * (1 - drop)));
        return variance > 0 ? distance / Math.Sqrt(variance)
            : distance < 0 ? double.NegativeInfinity
            : double.PositiveInfinity;
    }
}
