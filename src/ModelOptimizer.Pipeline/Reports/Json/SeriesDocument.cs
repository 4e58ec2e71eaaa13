namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="Series"/> as JSON; points that are not finite are left out, since JSON has no NaN.</summary>
internal sealed record SeriesDocument(string Plot, string Name, string X, string Y, IReadOnlyList<SeriesPoint> Points)
{
    public static SeriesDocument Of(Series series) => new(
        series.Plot,
        series.Name,
        series.X,
        series.Y,
        [.. series.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))]);
}
