namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>certificate:</c>.</summary>
internal static class CertificateKeys
{
    // A gap below this is rounding of the objective.
    private const double Smallest = 1e-12;

    public static NumberForm Gap { get; } = new(Smallest, 1);

    public static KeyDeclaration MaxGap { get; } = new("max-gap", Gap, "The largest duality gap, as a share of the objective.") { IsRequired = true, Example = "1e-4" };

    public static SectionDeclaration Section { get; } = new([MaxGap]);
}
