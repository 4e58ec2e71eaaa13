namespace ModelOptimizer.Methods;

/// <summary>One line of a plot.</summary>
/// <param name="Plot">Which plot it belongs to: lines of one plot have the same axes, such as <c>sensitivity</c>.</param>
/// <param name="Name">The line's name, such as a layer's.</param>
/// <param name="X">What the horizontal axis counts.</param>
/// <param name="Y">What the vertical axis counts.</param>
/// <param name="Points">The points by rising x.</param>
public sealed record Series(string Plot, string Name, string X, string Y, IReadOnlyList<SeriesPoint> Points);
