namespace ModelOptimizer.Pipeline.Running;

/// <summary>Where a model's ranks come from.</summary>
public enum DecisionSource
{
    /// <summary>The manifest gives them, or the budget that a method works out.</summary>
    Manifest,

    /// <summary>A search under the gates (<c>budget: auto</c>).</summary>
    Search,

    /// <summary>The lock file.</summary>
    Lock,
}
