namespace ModelOptimizer.Pipeline.Plan;

/// <summary>Calibration samples: a dataset, or random inputs.</summary>
/// <param name="Dataset">The dataset; null for random inputs.</param>
/// <param name="Samples">How many samples; null for all of the dataset.</param>
/// <param name="Position">Where it is written.</param>
internal sealed record CalibrationPlan(DatasetPlan? Dataset, int? Samples, SourcePosition Position)
{
    /// <summary>What random inputs are like; null for a dataset.</summary>
    public RandomPlan? Random { get; init; }
}
