namespace ModelOptimizer.Methods.Options;

/// <summary><c>fit</c>, which all methods that change layers one by one have.</summary>
internal static class FitOptions
{
    /// <summary><c>fit</c>: whether sequential.</summary>
    public static Option<bool> Sequential { get; } = new(
        "fit",
        Forms.OneOf(("sequential", true), ("independent", false)),
        "What a layer is fitted to: sequential, to give the original's outputs from what the layers before it, already compressed, make on the calibration "
        + "data, so that it makes up for their errors, its bias included; independent, to what it gives in the model before the step, from what it reads "
        + "there.",
        "sequential");
}
