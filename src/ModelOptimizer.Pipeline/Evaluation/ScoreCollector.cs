using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>Collects one metric's scores batch by batch, up to the first sample that has none.</summary>
internal sealed class ScoreCollector(IMetric metric, string output)
{
    private readonly List<double> original = [];
    private readonly List<double> compressed = [];
    private string? problem;

    public void Add(OutputRows originalRows, OutputRows compressedRows, int count, long[]? labels)
    {
        problem ??= Objection(originalRows, compressedRows, labels);
        for (var row = 0; row < count && problem is null; row++)
        {
            var label = labels?[row] ?? 0;
            var (before, after) = metric.IsFidelity
                ? (metric.Perfect, metric.Score(new MetricSample(compressedRows[row], originalRows[row], label)))
                : (metric.Score(new MetricSample(originalRows[row], [], label)), metric.Score(new MetricSample(compressedRows[row], [], label)));
            if (!double.IsFinite(before) || !double.IsFinite(after))
            {
                problem = NoScore(originalRows[row], label);
                return;
            }

            original.Add(before);
            compressed.Add(after);
        }
    }

    /// <summary>The output itself cannot be read: no metric can be computed.</summary>
    public void Fail(string reason) => problem ??= reason;

    public MetricScores Result() => problem is null
        ? new MetricScores(metric, [.. original], [.. compressed])
        : new MetricScores(metric, [], [], problem);

    private string? Objection(OutputRows originalRows, OutputRows compressedRows, long[]? labels)
    {
        if (metric.NeedsLabels && labels is null)
        {
            return "the dataset has no labels; add 'labels:' to it, or gate a metric that needs none, such as 'agreement'";
        }

        if (originalRows.Width != compressedRows.Width)
        {
            return $"output '{output}' has {originalRows.Width} values per sample in the original and {compressedRows.Width} in the compressed model; choose another with 'evaluate: {{ output: NAME }}'";
        }

        return originalRows.Width < metric.LeastValues
            ? $"output '{output}' has {originalRows.Width} {(originalRows.Width == 1 ? "value" : "values")} per sample and {metric.Name} needs at least {metric.LeastValues}; choose another with 'evaluate: {{ output: NAME }}'"
            : null;
    }

    private string NoScore(ReadOnlySpan<double> originalRow, long label)
    {
        // Counted from 1, as people do.
        var sample = original.Count + 1;
        if (metric.NeedsLabels && (label < 0 || label >= originalRow.Length))
        {
            return $"sample {sample} has label {label}, and output '{output}' has {originalRow.Length} values; check 'labels:' and 'evaluate: {{ output: NAME }}'";
        }

        foreach (var value in originalRow)
        {
            if (!double.IsFinite(value))
            {
                return $"output '{output}' of the original model has NaN or infinite values at sample {sample}; check the data and 'preprocess:'";
            }
        }

        return $"output '{output}' of the compressed model has NaN or infinite values at sample {sample}; compress less";
    }
}
