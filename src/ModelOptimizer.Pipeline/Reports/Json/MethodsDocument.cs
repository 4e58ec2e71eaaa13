namespace ModelOptimizer.Pipeline.Reports;

/// <summary>The methods as JSON.</summary>
internal sealed record MethodsDocument(int Version, IReadOnlyList<MethodDocument> Methods)
{
    public static MethodsDocument Of(IReadOnlyList<IMethod> methods) => new(1, [.. methods.Select(MethodDocument.Of)]);
}

/// <summary>An <see cref="IMethod"/> as JSON.</summary>
internal sealed record MethodDocument(string Name, string Summary, string Paper, IReadOnlyList<OptionDocument> Options)
{
    public static MethodDocument Of(IMethod method) =>
        new(method.Name, method.Summary, method.Paper, [.. method.Options.Select(OptionDocument.Of)]);
}

/// <summary>A <see cref="Option"/> as JSON.</summary>
internal sealed record OptionDocument(
    string Name,
    string Kind,
    string? Default,
    IReadOnlyList<string> Choices,
    double? Minimum,
    double? Maximum,
    string? ExclusiveGroup,
    string Summary
)
{
    public static OptionDocument Of(Option option) => new(
        option.Name,
        option.Form.Kind,
        option.Default?.ToString(),
        option.Form.Choices,
        option.Form.Minimum,
        option.Form.Maximum,
        option.ExclusiveGroup,
        option.Summary);
}
