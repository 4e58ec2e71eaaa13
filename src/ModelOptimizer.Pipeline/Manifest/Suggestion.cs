namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Finds what a mistyped word was probably meant to be.</summary>
public static class Suggestion
{
    /// <summary><c> Did you mean 'x'?</c> with a leading space, or nothing when no candidate is near.</summary>
    public static string For(string word, IEnumerable<string> candidates)
    {
        var nearest = candidates
            .Select(candidate => (Candidate: candidate, Distance: EditDistance.Between(word, candidate)))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Candidate is not null && nearest.Distance <= Math.Max(1, Math.Min(word.Length, nearest.Candidate.Length) / 3)
            ? $" Did you mean '{nearest.Candidate}'?"
            : "";
    }
}
