namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What a metric is measured from.</summary>
internal enum MetricSource
{
    /// <summary>The model itself, or its speed; no data.</summary>
    Cost,

    /// <summary>Outputs compared with labels.</summary>
    Labels,

    /// <summary>Outputs of the compressed model compared with those of the original.</summary>
    Fidelity,
}
