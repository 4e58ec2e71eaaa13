namespace ModelOptimizer.Pipeline.Build;

/// <summary>How long to wait for another build.</summary>
/// <param name="SpeakAfter">When to say so.</param>
/// <param name="GiveUpAfter">When to fail.</param>
internal sealed record LockPatience(TimeSpan SpeakAfter, TimeSpan GiveUpAfter)
{
    /// <summary>Two seconds, and an hour: the other build may be compressing a large model for the first time.</summary>
    public static LockPatience Default { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromHours(1));
}
