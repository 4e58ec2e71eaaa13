namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>
/// Log-probabilities of classes. Logits of different samples cannot be ranked against each other, since a constant added to all of a sample's does not change what it says.
/// </summary>
internal static class ClassScores
{
    /// <summary>Of probabilities their logarithms, of anything else the logarithms of its softmax.</summary>
    public static double[] Of(ReadOnlySpan<double> output)
    {
        var scores = output.ToArray();
        var areProbabilities = Array.TrueForAll(scores, value => value is >= 0 and <= 1) && Math.Abs(scores.Sum() - 1) < 1e-3;
        var total = LogSum.Of(output);
        // A probability of 0 has no logarithm, and is still the lowest of all ranks.
        return Array.ConvertAll(scores, value => areProbabilities ? Math.Log(Math.Max(value, double.Epsilon)) : value - total);
    }
}
