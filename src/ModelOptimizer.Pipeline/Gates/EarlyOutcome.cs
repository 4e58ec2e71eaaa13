namespace ModelOptimizer.Pipeline.Gates;

/// <summary>What some of the samples already say about the metric gates.</summary>
internal enum EarlyOutcome
{
    /// <summary>Not enough: go on.</summary>
    Unknown,

    /// <summary>All of them will pass, as good as certainly.</summary>
    Pass,

    /// <summary>One of them will not pass, as good as certainly.</summary>
    Fail,
}
