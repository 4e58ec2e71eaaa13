using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The metrics that gates and <c>evaluate:</c> know.</summary>
internal static class MetricRules
{
    private static readonly MetricRule[] Known =
    [
        new("top1", MetricSource.Labels, true, QuantityForm.Points),
        new("top5", MetricSource.Labels, true, QuantityForm.Points),
        new("mse", MetricSource.Fidelity, false, QuantityForm.Number),
        new("cosine", MetricSource.Fidelity, true, QuantityForm.NumberOrPoints),
        new("agreement", MetricSource.Fidelity, true, QuantityForm.Points),
        new("size", MetricSource.Cost, false, QuantityForm.Size),
        new("params", MetricSource.Cost, false, QuantityForm.Count),
        new("macs", MetricSource.Cost, false, QuantityForm.Count),
        new("latency", MetricSource.Cost, false, QuantityForm.Ratio),
    ];

    private static readonly string[] Later = ["f1", "auc", "mae", "rmse", "r2", "psnr", "perplexity"];

    /// <summary>The metric that <paramref name="name"/> names.</summary>
    public static MetricRule Find(ScalarNode name, bool withCosts)
    {
        var allowed = Known.Where(metric => withCosts || metric.Source != MetricSource.Cost).ToArray();
        if (allowed.FirstOrDefault(metric => metric.Name == name.Text) is { } found)
        {
            return found;
        }

        var names = allowed.Select(metric => metric.Name).ToArray();
        var available = $"Metrics available: {string.Join(", ", names)}.";
        if (Known.Any(metric => metric.Name == name.Text))
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"'{name.Text}' is measured without data, so it is not one of 'metrics'. Remove it here; a gate on it needs nothing else. {available}", name.Position);
        }

        throw Later.Contains(name.Text)
            ? new DiagnosticException(ManifestCodes.NotYet, $"The metric '{name.Text}' is not part of this version yet. {available}", name.Position)
            : new DiagnosticException(ManifestCodes.UnknownName, $"There is no metric '{name.Text}'.{Suggestion.For(name.Text, names)} {available}", name.Position);
    }
}
