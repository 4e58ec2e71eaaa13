namespace ModelOptimizer.Pipeline.Running;

/// <summary>Which samples were used for something.</summary>
/// <param name="Dataset">The dataset's name; null for random inputs, and for an evaluation by the user's own program.</param>
/// <param name="Samples">How many the manifest asks for; null for all there are.</param>
public sealed record DataUse(string? Dataset, int? Samples)
{
    /// <summary>What the methods learned the activations from; null when they needed nothing.</summary>
    public static DataUse? Of(CalibrationPlan? plan) => plan is null ? null : new(plan.Dataset?.Name, plan.Samples);

    /// <summary>What the final numbers were measured on; null when nothing was.</summary>
    public static DataUse? Of(EvaluationPlan? plan) => plan is null ? null : new(plan.Dataset?.Name, plan.Samples);
}
