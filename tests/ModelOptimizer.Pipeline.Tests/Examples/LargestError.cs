using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Examples;

/// <summary>The largest absolute difference from a sample's labels.</summary>
internal sealed class LargestError : ISampleMetric
{
    public string Name => "largest-error";

    public string Summary => "mean over the samples of the largest absolute difference between output and labels";

    public ScoreKind Scores => ScoreKind.Real;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => false;

    public bool IsBounded => false;

    public bool IsFidelity => false;
    public double Perfect => 0;
    public int LeastValues => 1;

    // A sample that cannot be scored is not a number: the gate then fails and says so.
    public double Score(in MetricSample sample)
    {
        if (sample.Output.Length != sample.Targets.Length)
        {
            return double.NaN;
        }

        var largest = 0.0;
        for (var i = 0; i < sample.Output.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(sample.Output[i] - sample.Targets[i]));
        }

        return largest;
    }
}
