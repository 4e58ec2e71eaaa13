namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>An optional library.</summary>
/// <param name="Usable">Whether it loads.</param>
/// <param name="Detail">Its versions and where it is, or why it cannot be used and what to do.</param>
internal sealed record LibraryReport(bool Usable, string Detail);
