namespace ModelOptimizer.Methods.Options;

/// <summary>What a step asks a certificate to hold.</summary>
/// <param name="MaxGap">The largest duality gap, as a share of the objective.</param>
internal sealed record CertificateBound(double MaxGap);
