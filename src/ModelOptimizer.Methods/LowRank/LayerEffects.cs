using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Measures <see cref="LayerEffect"/>s: only one layer is compressed, and the outputs on some calibration samples are compared.</summary>
internal sealed class LayerEffects
{
    private static readonly double[] Shares = [0.6, 0.12, 0.3];

    private readonly LowRankWork _work;
    private readonly OutputDivergence? _divergence;
    private readonly int _points;

    private readonly int _samples;

    private LayerEffects(LowRankWork work, OutputDivergence? divergence, int points, int samples) => (_work, _divergence, _points, _samples) = (work, divergence, points, samples);

    public static LayerEffects Start(LowRankWork work)
    {
        var (points, samples) = OutputDivergence.Afford(work.Context, work.Candidates.Count);
        return new LayerEffects(work, OutputDivergence.Of(work.Context, work.Candidates.Count), points, samples);
    }

    /// <summary>Whether there are samples and outputs to compare.</summary>
    public bool IsUsable => _divergence is not null;

    /// <summary>The divergence of a whole compressed model.</summary>
    public double Divergence(Onnx.OnnxModel changed) => _divergence!.Measure(changed);

    /// <summary>Compresses the layer alone to one or three shares of its weights and looks at the outputs.</summary>
    public LayerEffect Of(FactorLayer layer, IReadOnlyList<CurvePoint> curve)
    {
        if (_divergence is null)
        {
            return new LayerEffect([]);
        }

        var numbers = _work.Context.Numbers(
            FormattableString.Invariant($"{_work.Factorization.Name} effect of {layer.Name}: {_work.Options.Measurement}, multiple {_work.Context.RankMultiple}, {_points} points, {_samples} samples"),
            () => [.. Measure(layer, curve).SelectMany(pair => new[] { pair.SquaredError, pair.Divergence })]);
        return new LayerEffect([.. numbers.Chunk(2).Select(pair => (pair[0], pair[1]))]);
    }

    private IEnumerable<(double SquaredError, double Divergence)> Measure(FactorLayer layer, IReadOnlyList<CurvePoint> curve)
    {
        var measured = new List<(double SquaredError, double Divergence)>();
        foreach (var share in Shares.TakeLast(_points))
        {
            var most = share * layer.Shape.Parameters;
            var point = curve.Where(point => layer.Parameters(point.Ranks) <= most && point.SquaredError > 1e-9).MinBy(point => point.SquaredError);
            if (point is null || measured.Exists(other => other.SquaredError == point.SquaredError))
            {
                continue;
            }

            var changed = GraphRewriter.Apply(_work.Context.Model, [_work.SolverOf(layer).Reconstructed(point.Ranks)]);
            if (_divergence!.Measure(changed) is > 0 and < double.PositiveInfinity and var divergence)
            {
                measured.Add((point.SquaredError, divergence));
            }
        }

        return measured.OrderBy(pair => pair.SquaredError);
    }
}
