using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>What both models did on the same samples, for a metric of all samples together.</summary>
internal sealed class JointScores
{
    private readonly Lazy<(double Original, double Compressed)> _values;
    private readonly Lazy<Models> _resampled;

    /// <summary>Keeps what <see cref="IJointMetric.Observe"/> said of each sample, in the data's order.</summary>
    public JointScores(IJointMetric metric, IReadOnlyList<double[]> original, IReadOnlyList<double[]> compressed)
    {
        Samples = original.Count;
        var worst = Samples == 0 ? null : metric.WorstLoss(original);
        Items = Samples + (worst is null ? 0 : 1);
        _resampled = new(() => worst is { } loss
            ? new(metric.Over([.. original, loss.Original]), metric.Over([.. compressed, loss.Compressed]))
            : new(metric.Over(original), metric.Over(compressed)));
        _values = new(() => Samples == 0 ? (double.NaN, double.NaN) : Resampled([.. Enumerable.Repeat(1, Samples), .. new int[Items - Samples]]));
    }

    /// <summary>Number of samples.</summary>
    public int Samples { get; }

    /// <summary>Number of samples that resamples are drawn from: one more where <see cref="IJointMetric.WorstLoss"/> adds one.</summary>
    public int Items { get; }

    /// <summary>Both models' values on all samples; NaN without any, or when they do not determine one.</summary>
    public (double Original, double Compressed) Values => _values.Value;

    /// <summary>Both models' values when each of <see cref="Items"/> counts so often.</summary>
    public (double Original, double Compressed) Resampled(int[] weights) => (_resampled.Value.Original(weights), _resampled.Value.Compressed(weights));

    private sealed record Models(Func<int[], double> Original, Func<int[], double> Compressed);
}
