namespace ModelOptimizer.Methods.Convex;

/// <summary>Conv¹: the gates, which nothing changes.</summary>
/// <param name="Filters">m×D.</param>
/// <param name="Bias">One number for each gate where the teacher's first layer has a bias; null otherwise.</param>
internal sealed record GateFilters(Matrix Filters, double[]? Bias = null);
