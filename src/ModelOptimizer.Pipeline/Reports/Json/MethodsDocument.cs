using ModelOptimizer.Methods.Options;

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

/// <summary>A <see cref="MethodOption"/> as JSON.</summary>
internal sealed record OptionDocument(string Name, string Kind, string? Default, IReadOnlyList<string> Choices, double? Minimum, double? Maximum, string? ExclusiveGroup, string Summary)
{
    public static OptionDocument Of(MethodOption option) => new(
        option.Name,
        option.Kind.ToString().ToLowerInvariant(),
        option.Default,
        option.Choices,
        option.Minimum,
        option.Maximum,
        option.ExclusiveGroup,
        option.Summary);
}
