namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A column of a table.</summary>
internal sealed record Column(string Head, bool IsNumber = false);
