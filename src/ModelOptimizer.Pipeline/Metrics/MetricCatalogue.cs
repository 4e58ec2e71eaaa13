using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>All metrics. A new one is a class beside this file and a line here.</summary>
internal static class MetricCatalogue
{
    /// <summary>The metrics in the order of lists; of the metrics <c>topK</c>, any K is found, not only those listed.</summary>
    public static IReadOnlyList<IMetric> All { get; } =
    [
        new TopK(1),
        new TopK(5),
        new MicroF1(),
        new MacroF1(),
        new AreaUnderCurve(),
        new MeanAbsoluteError(),
        new RootMeanSquaredError(),
        new Determination(),
        new PeakSignalToNoise(),
        new Perplexity(),
        new Agreement(),
        new Cosine(),
        new MeanSquaredError(),
    ];

    /// <summary>The names <c>topK</c> as a regular expression.</summary>
    public const string TopKPattern = @"^top[1-9]\d*$";

    /// <summary>The metric that the manifest calls <paramref name="name"/>.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out IMetric? metric)
    {
        metric = All.FirstOrDefault(candidate => candidate.Name == name) ?? AnyTopK(name);
        return metric is not null;
    }

    private static TopK? AnyTopK(string name) =>
        name.StartsWith("top", StringComparison.Ordinal)
        && name.Length > 3
        && name[3] != '0'
        && int.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var k)
        && k < int.MaxValue
            ? new TopK(k)
            : null;
}

/// <summary>Mean absolute difference from the labels.</summary>
internal sealed class MeanAbsoluteError : ISampleMetric
{
    public string Name => "mae";

    public string Summary => "mean absolute difference between output and labels";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public double Perfect => 0;

    public int LeastValues => 1;

    public IEnumerable<double[]> Blind(IReadOnlyList<double[]> labels, int width) => BlindAnswer.Medians(labels, width);

    public double Score(in MetricSample sample) => Differences.MeanAbsolute(sample.Output, sample.Targets);
}

/// <summary>Mean squared difference of both models' outputs.</summary>
internal sealed class MeanSquaredError : ISampleMetric
{
    public string Name => "mse";

    public string Summary => "mean squared difference of both models' outputs; no labels";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.None;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => true;

    public double Perfect => 0;

    public int LeastValues => 1;

    public double Score(in MetricSample sample) => Differences.MeanSquare(sample.Output, sample.Reference);
}

/// <summary>F1 of all classes' hits and misses counted together: with one label a sample, the share of right samples.</summary>
internal sealed class MicroF1 : ISampleMetric
{
    private readonly TopK _share = new(1);

    public string Name => "f1-micro";

    public string Summary => "F1 with the hits and misses of all classes counted together; with one label a sample this is top1";

    public ScoreKind Scores => ScoreKind.ZeroOrOne;

    public LabelKind Labels => LabelKind.Class;

    public OutputMeaning Meaning => OutputMeaning.Scores;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => false;

    public double Perfect => 1;

    public int LeastValues => _share.LeastValues;

    public double Score(in MetricSample sample) => _share.Score(sample);
}

/// <summary>Whether both models put their greatest output at the same index.</summary>
internal sealed class Agreement : ISampleMetric
{
    public string Name => "agreement";

    public string Summary => "share of samples whose greatest output has the same index in both models";

    public ScoreKind Scores => ScoreKind.ZeroOrOne;

    public LabelKind Labels => LabelKind.None;

    public OutputMeaning Meaning => OutputMeaning.Scores;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => true;

    public double Perfect => 1;

    public int LeastValues => 2;

    public double Score(in MetricSample sample) => (Ranking.First(sample.Output), Ranking.First(sample.Reference)) switch
    {
        (null, _) or (_, null) => double.NaN,
        var (output, reference) => output == reference ? 1 : 0,
    };
}

/// <summary>Root of the mean squared difference from the labels.</summary>
internal sealed class RootMeanSquaredError : IJointMetric
{
    public string Name => "rmse";

    public string Summary => "root of the mean squared difference between output and labels";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public int LeastValues => 1;

    public double[] Observe(in MetricSample sample) => [Differences.MeanSquare(sample.Output, sample.Targets)];

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        double[] errors = [.. rows.Select(row => row[0])];
        return weights => Math.Sqrt(Weighted.Mean(errors, weights));
    }
}

/// <summary>Cosine of the angle between both models' outputs.</summary>
internal sealed class Cosine : ISampleMetric
{
    public string Name => "cosine";

    public string Summary => "mean cosine similarity of both models' outputs, flattened per sample";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.None;

    public OutputMeaning Meaning => OutputMeaning.Direction;

    public bool MoreIsBetter => true;

    public bool IsBounded => true;

    public bool IsFidelity => true;

    public double Perfect => 1;

    public int LeastValues => 1;

    public double Score(in MetricSample sample)
    {
        double product = 0, output = 0, reference = 0;
        for (var i = 0; i < sample.Output.Length; i++)
        {
            product += sample.Output[i] * sample.Reference[i];
            output += sample.Output[i] * sample.Output[i];
            reference += sample.Reference[i] * sample.Reference[i];
        }

        if (output == 0 || reference == 0)
        {
            // The angle to a zero vector is undefined; equal outputs must still count as equal.
            return double.IsNaN(product) ? double.NaN : output == reference ? 1 : 0;
        }

        return Math.Clamp(product / Math.Sqrt(output * reference), -1, 1);
    }
}

/// <summary>Peak signal-to-noise ratio against the labels, the mean over samples.</summary>
internal sealed class PeakSignalToNoise : IJointMetric
{
    public string Name => "psnr";

    public string Summary => "peak signal-to-noise ratio of output against labels in dB, mean over samples; the peak is the labels' range";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => true;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public int LeastValues => 1;

    /// <summary>A perfect sample would be infinitely good and hide all others.</summary>
    private const double Best = 100;

    /// <summary>Medians: the mean of logarithms asks for most samples to be near.</summary>
    public IEnumerable<double[]> Blind(IReadOnlyList<double[]> labels, int width) => BlindAnswer.Medians(labels, width);

    public double[] Observe(in MetricSample sample)
    {
        var (least, greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in sample.Targets)
        {
            (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        }

        return [Differences.MeanSquare(sample.Output, sample.Targets), least, greatest];
    }

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        // The peak belongs to the data, not to a draw of them, and both models have the same.
        var peak = rows.Max(row => row[2]) - rows.Min(row => row[1]);
        double[] decibels = [.. rows.Select(row => Math.Min(Best, 10 * Math.Log10(peak * peak / row[0])))];
        return weights => Weighted.Mean(decibels, weights);
    }
}
