namespace ModelOptimizer.Methods;

/// <summary>One line of a plot.</summary>
/// <param name="Plot">Which plot it belongs to: lines of one plot have the same axes, such as <c>sensitivity</c>.</param>
/// <param name="Name">The line's name, such as a layer's.</param>
/// <param name="X">What the horizontal axis counts.</param>
/// <param name="Y">What the vertical axis counts.</param>
/// <param name="Points">The points by rising x; those that are not finite are left out.</param>
internal sealed record Series(string Plot, string Name, string X, string Y, IReadOnlyList<SeriesPoint> Points)
{
    /// <summary>The points by rising x, all finite.</summary>
    public IReadOnlyList<SeriesPoint> Points { get; init; } = [.. Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))];
}

/// <summary>A point of a <see cref="Series"/>.</summary>
internal readonly record struct SeriesPoint(double X, double Y);

/// <summary>Something that a method proves or measures of its result, such as a duality gap.</summary>
/// <param name="Subject">The layer or block it is about, or <c>model</c>.</param>
/// <param name="Name">What is certified, such as <c>duality gap</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Meaning">One sentence that says what the number proves or counts.</param>
internal sealed record Certificate(string Subject, string Name, double Value, string Meaning);

/// <summary>As many points as a plot can show.</summary>
internal static class PlotPoints
{
    /// <summary>More are not seen.</summary>
    public const int Most = 200;

    /// <summary>Every so many of <paramref name="points"/>, and the last one; points that are not finite are left out.</summary>
    public static IReadOnlyList<SeriesPoint> Thin(IReadOnlyList<SeriesPoint> points)
    {
        var step = Math.Max(1, (points.Count + Most - 1) / Most);
        return [.. points.Where((point, index) => double.IsFinite(point.Y) && (index % step == 0 || index == points.Count - 1))];
    }
}
