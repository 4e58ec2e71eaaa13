namespace ModelOptimizer.Pipeline.Build;

/// <summary>The fields of a <see cref="BuildRequest"/> that change what is made. The cache's folder is not one of them.</summary>
internal sealed record BuildStateRequest(
    IReadOnlyList<string> Manifests,
    string Device,
    string Severity,
    bool Verify,
    bool Enabled,
    string RootNamespace,
    string Language)
{
    public static BuildStateRequest Of(BuildRequest request) => new(
        request.Manifests,
        request.Device ?? "",
        request.Severity ?? "",
        request.Verify,
        request.Enabled,
        request.RootNamespace ?? "",
        request.Language ?? "");

    // The compiler's equality compares lists by reference.
    public bool Equals(BuildStateRequest? other) =>
        other is not null && Manifests.SequenceEqual(other.Manifests, StringComparer.Ordinal)
        && (Device, Severity, Verify, Enabled, RootNamespace, Language) == (other.Device, other.Severity, other.Verify, other.Enabled, other.RootNamespace, other.Language);

    public override int GetHashCode() => HashCode.Combine(Manifests.Count, Device, Severity, Verify, Enabled, RootNamespace, Language);
}
