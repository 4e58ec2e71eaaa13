namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>The methods as JSON.</summary>
internal sealed record MethodsDocument(int Version, IReadOnlyList<MethodDocument> Methods)
{
    public static MethodsDocument Of(IReadOnlyList<ICompressionMethod> methods) => new(1, [.. methods.Select(MethodDocument.Of)]);
}
