namespace ModelOptimizer.Pipeline.Search;

/// <summary>How many evaluations a search is expected to take, and how long.</summary>
/// <param name="Expected">Evaluations expected.</param>
/// <param name="Most">The cap.</param>
internal sealed record SearchPace(int Expected, int Most)
{
    // Halving the range of sizes until it is within 1 %.
    private const int Bisections = 9;

    /// <summary>One repair, and about one squeeze a layer.</summary>
    public static SearchPace Of(int layers, int most) => new(Math.Min(most, Bisections + 4 + layers), most);

    /// <summary>Evaluations expected in all when <paramref name="done"/> are done.</summary>
    public int Predicted(int done) => Math.Min(Most, Math.Max(Expected, done + 1));

    /// <summary>Time left, by what the evaluations so far took.</summary>
    public TimeSpan Left(int done, TimeSpan spent) => spent / done * (Predicted(done) - done);
}
