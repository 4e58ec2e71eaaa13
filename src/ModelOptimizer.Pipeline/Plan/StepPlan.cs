namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of <c>compress:</c>.</summary>
/// <param name="Method">The method.</param>
/// <param name="Arguments">Its options.</param>
/// <param name="Keep">Which rewrites stay.</param>
internal sealed record StepPlan(IMethod Method, MethodArguments Arguments, KeepRule Keep = KeepRule.Smaller)
{
    /// <summary>Absolute path of the ONNX file that an option names; null when none does.</summary>
    public string? Student => Arguments.Values.Values.OfType<ModelFile>().FirstOrDefault()?.Path;

    /// <summary>How the file holds the factors that the step makes.</summary>
    public FactorStorage Storage => StorageOptions.Of(Arguments);

    /// <summary>Whether measured times decide what becomes of single layers.</summary>
    public bool IsTimed => Keep == KeepRule.Faster || Storage == FactorStorage.Auto;

    /// <summary>Whether a search under the gates decides (<c>budget: auto</c>).</summary>
    public bool IsSearched => SearchOptions.IsSearched(Arguments);
}
