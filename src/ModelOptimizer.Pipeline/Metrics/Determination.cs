namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Coefficient of determination, the mean over the values of the output.</summary>
internal sealed class Determination : IJointMetric
{
    public string Name => "r2";

    public string Summary => "coefficient of determination R², one minus the squared error over the variance of the labels, mean over the values of the output";

    public ScoreKind Scores => ScoreKind.Joint;

    public LabelKind Labels => LabelKind.Numbers;

    public bool MoreIsBetter => true;

    public bool IsBounded => false;

    public bool IsFidelity => false;

    public int LeastValues => 1;

    public double[] Observe(in MetricSample sample)
    {
        var count = sample.Targets.Length;
        var row = new double[2 * count];
        sample.Targets.CopyTo(row);
        for (var i = 0; i < count; i++)
        {
            var difference = sample.Output[i] - sample.Targets[i];
            row[count + i] = difference * difference;
        }

        return row;
    }

    public Func<int[], double> Over(IReadOnlyList<double[]> rows)
    {
        var count = rows[0].Length / 2;
        // Distances from the mean of all samples: sums of squares of large numbers would cancel.
        var centres = Enumerable.Range(0, count).Select(i => rows.Average(row => row[i])).ToArray();
        return weights => Enumerable.Range(0, count).Average(i => Of(rows, weights, i, centres[i], count));
    }

    /// <summary>1 − Σ(y − ŷ)² / Σ(y − ȳ)² of one value of the output.</summary>
    private static double Of(IReadOnlyList<double[]> rows, int[] weights, int value, double centre, int count)
    {
        double error = 0, sum = 0, squares = 0;
        long samples = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var distance = rows[i][value] - centre;
            error += weights[i] * rows[i][count + value];
            sum += weights[i] * distance;
            squares += weights[i] * distance * distance;
            samples += weights[i];
        }

        var variation = squares - (sum * sum / samples);
        return variation > 0 ? 1 - (error / variation) : double.NaN;
    }
}
