using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Gates.Statistics;

/// <summary>Many samples of two models, from which small sets are drawn: the drop over all of them is the true one.</summary>
internal sealed class Population
{
    private readonly IJointMetric _metric;

    private Population(IJointMetric metric, int size, Func<(double[] Original, double[] Compressed)> sample)
    {
        _metric = metric;
        var rows = Enumerable.Range(0, size).Select(_ => sample()).ToArray();
        Original = [.. rows.Select(row => row.Original)];
        Compressed = [.. rows.Select(row => row.Compressed)];
    }

    public double[][] Original { get; }

    public double[][] Compressed { get; }

    public JointScores All => new(_metric, Original, Compressed);

    public string Metric => _metric.Name;

    /// <summary>
    /// Samples on which the compressed model differs from the original by <paramref name="change"/>: a share of predictions, or the spread of a normal change.
    /// </summary>
    public static Population Of(string name, double change, int size = 20_000)
    {
        var random = new Random(5);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return name switch
        {
            "auc" => new(new AreaUnderCurve(), size, () =>
            {
                double label = random.NextDouble() < 0.2 ? 1 : 0;
                var score = (1.2 * label) + Normal();
                return ([label, score], [label, score + (change * Normal())]);
            }),
            "f1-macro" => new(new MacroF1(), size, () =>
            {
                // The rarest of the classes has 3 % of the samples.
                var place = random.NextDouble();
                double label = place < 0.5 ? 0 : place < 0.75 ? 1 : place < 0.9 ? 2 : place < 0.97 ? 3 : 4;
                var original = random.NextDouble() < 0.9 ? label : random.Next(5);
                return ([label, original], [label, random.NextDouble() < change ? random.Next(5) : original]);
            }),
            "rmse" => Errors(new RootMeanSquaredError(), []),
            // Labels from 0 to 1.
            _ => Errors(new PeakSignalToNoise(), [0, 1]),
        };

        Population Errors(IJointMetric metric, double[] more) => new(metric, size, () =>
        {
            var error = Normal();
            var changed = error + (change * Normal());
            return ([error * error, .. more], [changed * changed, .. more]);
        });
    }

    /// <summary>Samples drawn with replacement.</summary>
    public JointScores Draw(int samples, Random random)
    {
        int[] drawn = [.. Enumerable.Range(0, samples).Select(_ => random.Next(Original.Length))];
        return new JointScores(_metric, [.. drawn.Select(i => Original[i])], [.. drawn.Select(i => Compressed[i])]);
    }
}
