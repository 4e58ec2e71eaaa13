namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>How a quantity is written.</summary>
internal enum QuantityForm
{
    /// <summary>A percentage of the original's, or a size with a unit.</summary>
    Size,

    /// <summary>A percentage of the original's, or a plain number with or without k, M, G.</summary>
    Count,

    /// <summary>Only a percentage of the original's.</summary>
    Ratio,

    /// <summary>Only percentage points.</summary>
    Points,

    /// <summary>A plain number, or percentage points.</summary>
    NumberOrPoints,

    /// <summary>A plain number, or a percentage of the original's value.</summary>
    NumberOrRatio,
}
