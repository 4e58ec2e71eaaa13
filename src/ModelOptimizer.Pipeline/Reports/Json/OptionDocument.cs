using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="MethodOption"/> as JSON.</summary>
internal sealed record OptionDocument(string Name, string Kind, string? Default, IReadOnlyList<string> Choices, double? Minimum, double? Maximum, string? ExclusiveGroup, string Summary)
{
    public static OptionDocument Of(MethodOption option) => new(
        option.Name,
        Word(option.Kind),
        option.Default,
        option.Choices,
        MetricDocument.Finite(option.Minimum),
        MetricDocument.Finite(option.Maximum),
        option.ExclusiveGroup,
        option.Summary);

    private static string Word(OptionKind kind) => kind switch
    {
        OptionKind.Choice => "choice",
        OptionKind.Number => "number",
        OptionKind.Integer => "integer",
        OptionKind.Layers => "layers",
        OptionKind.Ranks => "ranks",
        OptionKind.Modes => "modes",
        OptionKind.Shares => "shares",
        OptionKind.Names => "names",
        OptionKind.Block => "block",
        OptionKind.Certificate => "certificate",
        OptionKind.Model => "model",
        _ => "budget",
    };
}
