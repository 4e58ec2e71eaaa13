using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>Collects what one metric says of the samples, batch by batch, up to the first sample that it can say nothing of.</summary>
internal sealed class ScoreCollector(IMetric metric, string output)
{
    // Numbers of labels: of images by the thousand, chance is not known.
    private const long MostKept = 1 << 24;

    // One number a sample for means of scores, more for metrics of all samples together.
    private readonly List<double[]> _original = [];
    private readonly List<double[]> _compressed = [];
    private readonly List<double[]> _labels = [];
    // For metrics without labels: of a model that answers to every sample what the original answers to the first.
    private readonly List<double[]?> _repeated = [];
    private double[]? _first;
    private int _width;
    private long _kept;
    private string? _problem;

    public void Add(OutputRows originalRows, OutputRows compressedRows, LabelRows? labels, Batch batch)
    {
        _problem ??= Objection(originalRows, compressedRows, labels);
        _width = originalRows.Width;
        for (var row = 0; row < batch.Count && _problem is null; row++)
        {
            var label = labels is null ? [] : labels[row];
            var before = metric.IsFidelity ? null : Observe(new MetricSample(originalRows[row], [], label));
            var after = Observe(new MetricSample(compressedRows[row], metric.IsFidelity ? originalRows[row] : [], label));
            if (after is null || (before is null && !metric.IsFidelity))
            {
                _problem = NoScore(originalRows[row], label, batch.Rows?[row] ?? _original.Count);
                return;
            }

            _original.Add(before ?? [((ISampleMetric)metric).Perfect]);
            _compressed.Add(after);
            KeepForChance(originalRows[row], label);
        }
    }

    /// <summary>The output itself cannot be read: no metric can be computed.</summary>
    public void Fail(string reason) => _problem ??= reason;

    /// <summary>What the samples so far say.</summary>
    public MetricScores Result() => _problem is not null ? new MetricScores(metric, [], [], _problem)
        : Scores(_original, _compressed) with { Chance = Chance() };

    private MetricScores Scores(IReadOnlyList<double[]> before, IReadOnlyList<double[]> after) => metric is IJointMetric joint
        ? new MetricScores(metric, [], []) { Joint = new JointScores(joint, [.. before], [.. after]) }
        : new MetricScores(metric, [.. before.Select(row => row[0])], [.. after.Select(row => row[0])]);

    private void KeepForChance(ReadOnlySpan<double> original, ReadOnlySpan<double> label)
    {
        if (metric.IsFidelity)
        {
            _first ??= original.ToArray();
            _repeated.Add(Observe(new MetricSample(_first, original, [])));
        }
        else if ((_kept += label.Length) <= MostKept)
        {
            _labels.Add(label.ToArray());
        }
    }

    private Lazy<MetricScores?> Chance()
    {
        if (_kept > MostKept)
        {
            return new((MetricScores?)null);
        }

        double[][] original = [.. _original], labels = [.. _labels];
        double[]?[] repeated = [.. _repeated];
        return new(() =>
        {
            var blind = metric.IsFidelity ? repeated : Blind(labels);
            return blind.Contains(null) ? null : Scores(blind!, original);
        });
    }

    private double[]?[] Blind(double[][] labels) =>
        [.. labels.Zip(metric.Blind(labels, _width), (label, answer) => Observe(new MetricSample(answer, [], label)))];

    /// <summary>The numbers of one sample; null when there are none or they are not finite.</summary>
    private double[]? Observe(in MetricSample sample)
    {
        var numbers = metric is IJointMetric joint ? joint.Observe(sample) : [((ISampleMetric)metric).Score(sample)];
        return numbers is not null && Array.TrueForAll(numbers, double.IsFinite) ? numbers : null;
    }

    private string? Objection(OutputRows originalRows, OutputRows compressedRows, LabelRows? labels)
    {
        if (metric.Labels != LabelKind.None && labels is null)
        {
            return "the dataset has no labels; add 'labels:' to it, or gate a metric that needs none, such as 'agreement'";
        }

        if (originalRows.Width != compressedRows.Width)
        {
            return $"output '{output}' has {originalRows.Width} values per sample in the original and {compressedRows.Width} in the compressed model; choose "
                + $"another with 'evaluate: {{ output: NAME }}'";
        }

        return originalRows.Width < metric.LeastValues
                ? $"output '{output}' has {Values(originalRows.Width)} per sample and {metric.Name} needs at least {metric.LeastValues}; choose another with "
                    + $"'evaluate: {{ output: NAME }}'"
            : labels is null ? null
            : WrongLabels(originalRows.Width, labels);
    }

    private string? WrongLabels(int width, LabelRows labels) =>
        metric.Labels switch
        {
            LabelKind.Class when labels.Width != 1 || !labels.AreWhole =>
                $"the labels are {labels.Describe()} per sample, and {metric.Name} needs the number of the right class; save that, such as np.argmax(labels, "
                    + "1)",
            LabelKind.Tokens when !labels.AreWhole =>
                $"the labels are {labels.Describe()} per sample, and {metric.Name} needs whole numbers: those of the right tokens",
            LabelKind.Tokens when width % labels.Width != 0 =>
                $"output '{output}' has {Values(width)} per sample, which cannot be shared out among {labels.Width} labels; {metric.Name} needs an output "
                    + "[samples, tokens, words] and labels [samples, tokens]",
            LabelKind.Numbers when width != labels.Width =>
                $"output '{output}' has {Values(width)} per sample and the labels have {labels.Width}, and {metric.Name} compares one with one; check "
                    + $"'labels:' and 'evaluate: {{ output: NAME }}'",
            _ => null,
        };

    private string NoScore(ReadOnlySpan<double> originalRow, ReadOnlySpan<double> label, long sample)
    {
        if (metric.Labels is LabelKind.Class or LabelKind.Tokens)
        {
            var classes = Math.Max(2, originalRow.Length / label.Length);
            foreach (var value in label)
            {
                if (value >= classes || (value < 0 && metric.Labels == LabelKind.Class))
                {
                    return $"sample {sample} has label {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}, and output '{output}' has "
                        + $"{Values(originalRow.Length / label.Length)}; check 'labels:' and 'evaluate: {{ output: NAME }}'";
                }
            }
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

    private static string Values(int count) => count == 1 ? "1 value" : FormattableString.Invariant($"{count} values");
}
