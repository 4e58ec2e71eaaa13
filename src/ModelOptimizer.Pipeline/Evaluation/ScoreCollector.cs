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
            Add(metric.IsFidelity ? metric.Perfect : metric.Score(new MetricSample(originalRows[row], [], label)), original, "original", label, originalRows.Width);
            Add(metric.Score(new MetricSample(compressedRows[row], originalRows[row], label)), compressed, "compressed", label, compressedRows.Width);
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
            return "the dataset has no labels";
        }

        if (originalRows.Width != compressedRows.Width)
        {
            return $"output '{output}' has {originalRows.Width} values per sample in the original and {compressedRows.Width} in the compressed model";
        }

        return originalRows.Width < metric.LeastValues
            ? $"output '{output}' has {originalRows.Width} {(originalRows.Width == 1 ? "value" : "values")} per sample and {metric.Name} needs at least {metric.LeastValues}"
            : null;
    }

    private void Add(double score, List<double> scores, string model, long label, int width)
    {
        if (!double.IsFinite(score))
        {
            // Counted from 1, as people do.
            problem ??= metric.NeedsLabels && (label < 0 || label >= width)
                ? $"sample {scores.Count + 1} has label {label} and output '{output}' only {width} values"
                : $"output '{output}' of the {model} model has NaN or infinite values at sample {scores.Count + 1}";
            return;
        }

        scores.Add(score);
    }
}
