namespace ModelOptimizer.Pipeline.Plan;

/// <summary>Which rewrites of a step stay.</summary>
internal enum KeepRule
{
    /// <summary>Those that make the model smaller.</summary>
    Smaller,

    /// <summary>Of these, those that measure faster than the original layer.</summary>
    Faster,
}
