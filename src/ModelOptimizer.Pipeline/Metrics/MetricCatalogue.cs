using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>All metrics. A new one is a class beside this file and a line here.</summary>
public static class MetricCatalogue
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
        name.StartsWith("top", StringComparison.Ordinal) && name.Length > 3 && name[3] != '0' && int.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var k) && k < int.MaxValue
            ? new TopK(k)
            : null;
}
