namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A part of a size-accuracy plot.</summary>
internal sealed record CandidateWindow(double Left, double Right, double Low, double High)
{
    // A bisection ends in a swarm; fewer points than this are told apart without a glass.
    private const int Swarm = 6;
    private const double Margin = 0.12;

    public static CandidateWindow Around(IEnumerable<CandidatePoint> points, IEnumerable<double> sizes, IEnumerable<double> values)
    {
        var (xs, ys) = (points.Select(point => point.Size).Concat(sizes).ToList(), points.Select(point => point.Value).Concat(values).ToList());
        return new CandidateWindow(xs.Min(), xs.Max(), ys.Min(), ys.Max());
    }

    /// <summary>Where the candidates nearest to the one that was taken are; null when they are not crowded.</summary>
    public static CandidateWindow? Crowd(CandidateScale scale, int? chosen)
    {
        if (scale.Points.FirstOrDefault(point => point.Candidate.Number == chosen) is not { } centre || scale.Points.Count < Swarm)
        {
            return null;
        }

        var all = scale.All;
        var nearest = scale.Points
            .OrderBy(point => Math.Pow((point.Size - centre.Size) / all.Width, 2) + Math.Pow((point.Value - centre.Value) / all.Height, 2))
            .Take(scale.Points.Count * 2 / 3);
        var crowd = Around(nearest, [], scale.Limits.Select(limit => limit.At));
        return crowd.Width < all.Width / 3 || crowd.Height < all.Height / 3 ? crowd.Wider() : null;
    }

    public double Width => Math.Max(1e-9, Right - Left);

    public double Height => Math.Max(1e-9, High - Low);

    public bool Holds(CandidatePoint point) => HoldsSize(point.Size) && HoldsValue(point.Value);

    public bool HoldsSize(double size) => size >= Left && size <= Right;

    public bool HoldsValue(double value) => value >= Low && value <= High;

    private CandidateWindow Wider() => new(Left - (Margin * Width), Right + (Margin * Width), Low - (Margin * Height), High + (Margin * Height));
}
