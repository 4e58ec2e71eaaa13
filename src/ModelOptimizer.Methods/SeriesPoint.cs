namespace ModelOptimizer.Methods;

/// <summary>A point of a <see cref="Series"/>; both numbers are finite.</summary>
public readonly record struct SeriesPoint(double X, double Y);
