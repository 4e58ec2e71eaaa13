namespace ModelOptimizer.Methods.Common;

/// <summary>What is added to the diagonal of a matrix that cannot be factored.</summary>
internal enum Jitter
{
    /// <summary>1e-8, 1e-7 … times the mean diagonal: independent of the data's scale.</summary>
    Relative,

    /// <summary>1e-9, 1e-8 … 1e-3 as they are, as the authors do.</summary>
    Published,
}
