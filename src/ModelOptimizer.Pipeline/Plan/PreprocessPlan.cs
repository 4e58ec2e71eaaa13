namespace ModelOptimizer.Pipeline.Plan;

/// <summary>(value · Scale − Mean) / Std, per channel when there is more than one mean or std.</summary>
internal sealed record PreprocessPlan
{
    /// <summary>Factor applied first.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Subtracted after scaling; one number, or one per channel.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0];

    /// <summary>Divisor; one number, or one per channel.</summary>
    public IReadOnlyList<double> Std { get; init; } = [1];

    /// <summary>Layout of the file's arrays: <c>NCHW</c>, or <c>NHWC</c>, which is transposed to NCHW.</summary>
    public string Layout { get; init; } = "NCHW";

    /// <summary>Whether the three channels are reversed, before mean and std: RGB becomes BGR.</summary>
    public bool IsReversed { get; init; }

    /// <summary>Shape that each sample is reshaped to, without the batch dimension; null to leave it.</summary>
    public IReadOnlyList<long>? Shape { get; init; }

    /// <summary>Of single inputs, in place of this.</summary>
    public IReadOnlyDictionary<string, PreprocessPlan> Inputs { get; init; } = new Dictionary<string, PreprocessPlan>();

    /// <summary>What is done to an input.</summary>
    public PreprocessPlan Of(string input) => Inputs.GetValueOrDefault(input, this);
}
