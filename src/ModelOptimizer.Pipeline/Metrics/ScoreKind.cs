namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>What the scores of single samples can be.</summary>
public enum ScoreKind
{
    /// <summary>0 or 1.</summary>
    ZeroOrOne,

    /// <summary>Any real number.</summary>
    Real,
}
