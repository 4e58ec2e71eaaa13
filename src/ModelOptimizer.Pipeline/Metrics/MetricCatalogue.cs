using System.Diagnostics.CodeAnalysis;

namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>All metrics. A new one is a class beside this file and a line here.</summary>
public static class MetricCatalogue
{
    /// <summary>The metrics in the order of lists.</summary>
    public static IReadOnlyList<IMetric> All { get; } =
    [
        new TopK(1),
        new TopK(5),
        new Agreement(),
        new Cosine(),
        new MeanSquaredError(),
    ];

    /// <summary>The metric that the manifest calls <paramref name="name"/>.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out IMetric? metric)
    {
        metric = All.FirstOrDefault(candidate => candidate.Name == name);
        return metric is not null;
    }
}
