namespace ModelOptimizer.Methods;

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
