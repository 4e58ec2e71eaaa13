namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>What a sample contributes to a metric.</summary>
internal enum ScoreKind
{
    /// <summary>A score of 0 or 1; the metric is their mean.</summary>
    ZeroOrOne,

    /// <summary>A score that is any real number; the metric is their mean.</summary>
    Real,

    /// <summary>No score of its own: the metric is computed from all samples together.</summary>
    Joint,
}
