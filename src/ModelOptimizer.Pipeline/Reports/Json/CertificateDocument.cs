namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="Certificate"/> as JSON.</summary>
internal sealed record CertificateDocument(string Subject, string Name, double? Value, string Meaning)
{
    public static CertificateDocument Of(Certificate certificate) =>
        new(certificate.Subject, certificate.Name, MetricDocument.Finite(certificate.Value), certificate.Meaning);
}
