namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>budget:</c>.</summary>
internal static class BudgetKeys
{
    private const string Measure = "measure";

    public static KeyDeclaration Size { get; } = new("size", new QuantityValue(QuantityForm.Size), "Bytes of the model file plus external data.") { ExclusiveGroup = Measure, Example = "40%" };

    public static KeyDeclaration Parameters { get; } = new("params", new QuantityValue(QuantityForm.Count), "The number of weights.") { ExclusiveGroup = Measure, Example = "250 k" };

    public static KeyDeclaration Macs { get; } = new("macs", new QuantityValue(QuantityForm.Count), "Multiply-adds of one sample.") { ExclusiveGroup = Measure, Example = "40%" };

    public static KeyDeclaration Allocation { get; } = new(
        "allocation",
        new ChoiceForm(["sigma", "uniform"]),
        "How the budget is shared: sigma, by what each layer's error does to the outputs on the calibration data; uniform, the same share of every layer's ranks.",
        "sigma");

    /// <summary>What can be limited.</summary>
    public static IReadOnlyList<KeyDeclaration> Measures { get; } = [Size, Parameters, Macs];

    public static SectionDeclaration Section { get; } = new([.. Measures, Allocation]) { NeedsOneOf = [.. Measures.Select(measure => measure.Name)] };
}
