using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Names of metrics in <c>gates:</c> and <c>evaluate:</c>.</summary>
internal static class MetricNames
{
    /// <summary>What an entry of <c>metrics:</c> looks like.</summary>
    public static Form<Node> Listed { get; } =
        Forms.Raw("name", () => Json.AnyOf(Json.Words(MetricCatalogue.All.Select(metric => metric.Name)), Json.Pattern(MetricCatalogue.TopKPattern)));

    /// <summary>The metric that an entry of <c>metrics:</c> names.</summary>
    public static IMetric Metric(ScalarNode name)
    {
        var names = MetricCatalogue.All.Select(metric => metric.Name).ToArray();
        return MetricCatalogue.TryGet(name.Text, out var found) ? found
            : GateRules.Names.Contains(name.Text) ? throw new DiagnosticException(
                KeyCodes.Conflict,
                $"'{name.Text}' is measured without data, so it is not one of 'metrics'. Remove it here; a gate on it needs nothing else. Metrics available: "
                + $"{string.Join(", ", names)}.",
                name.Position)
            : throw Unknown(name, names);
    }

    /// <summary>The metric that a gate names; null for what a model costs.</summary>
    public static IMetric? Gated(ScalarNode name) => MetricCatalogue.TryGet(name.Text, out var found) ? found
        : GateRules.Names.Contains(name.Text) ? null
        : throw Unknown(name, GateRules.Names);

    /// <summary>Whether a gate is on a number that the model's own evaluator prints: what is no metric of ours, and without a dataset any metric.</summary>
    public static bool IsByCommand(ScalarNode name, EvaluationPlan? evaluate) => evaluate?.Command is not null && (MetricCatalogue.TryGet(name.Text, out _)
        ? evaluate.Dataset is null
        : !GateRules.Names.Contains(name.Text));

    /// <summary>How limits of a gate are written; <see cref="GateRules"/> refuses what is still ambiguous.</summary>
    public static QuantityForm Form(string name, IMetric? metric, bool isByCommand) => (name, metric) switch
    {
        _ when isByCommand => QuantityForm.NumberOrRatio,
        (_, { IsBounded: true }) => QuantityForm.NumberOrPoints,
        (_, not null) => QuantityForm.NumberOrRatio,
        (GateRules.Size or GateRules.Shipped, _) => QuantityForm.Size,
        (GateRules.Latency, _) => QuantityForm.Ratio,
        (GateRules.OutputError, _) => QuantityForm.NumberOrShare,
        _ => QuantityForm.Count,
    };

    /// <summary>Refuses a metric of labels on a dataset without any.</summary>
    public static void NeedLabels(IMetric metric, ScalarNode name, DatasetPlan dataset)
    {
        if (metric.Labels != LabelKind.None && dataset.Labels is null)
        {
            var others = MetricCatalogue.All.Where(other => other.Labels == LabelKind.None).Select(other => other.Name);
            throw new DiagnosticException(
                ManifestCodes.NotMeasurable,
                $"'{metric.Name}' needs labels, and dataset '{dataset.Name}' (line {dataset.Position.Line}) has none. Add 'labels: ARRAY' there, or use a "
                + $"metric that needs none: {string.Join(", ", others)}.",
                name.Position);
        }
    }

    private static DiagnosticException Unknown(ScalarNode name, IReadOnlyList<string> names)
    {
        // Micro and macro F1 differ so much that neither is what everybody means.
        var meant = name.Text == "f1" ? " Write 'f1-macro', the mean over classes, or 'f1-micro', all samples alike." : Suggestion.For(name.Text, names);
        return new DiagnosticException(
            ManifestCodes.UnknownName,
            $"There is no metric '{name.Text}'.{meant} Metrics available: {string.Join(", ", names)}, and topK for any K.",
            name.Position);
    }
}
