namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>An <see cref="ICompressionMethod"/> as JSON.</summary>
internal sealed record MethodDocument(string Name, string Summary, string Paper, IReadOnlyList<OptionDocument> Options)
{
    public static MethodDocument Of(ICompressionMethod method) =>
        new(method.Name, method.Summary, method.Paper, [.. method.Options.Select(OptionDocument.Of)]);
}
