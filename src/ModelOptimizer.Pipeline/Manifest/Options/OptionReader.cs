using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary>Reads a method's option into the type that its kind stands for.</summary>
internal static class OptionReader
{
    public static object Read(MethodOption option, Node node) => option.Kind switch
    {
        OptionKind.Choice => node.AsChoice(option.Name, option.Choices),
        OptionKind.Number => Number(option, node),
        OptionKind.Integer => node.AsInteger(option.Name, Whole(option.Minimum, int.MinValue), Whole(option.Maximum, int.MaxValue)),
        OptionKind.Layers => LayerRulesReader.Read(option.Name, node),
        OptionKind.Ranks => RanksReader.Read(option.Name, node),
        OptionKind.Budget => BudgetReader.Read(option.Name, node),
        _ => throw new InvalidOperationException($"Nothing reads options of kind {option.Kind}."),
    };

    private static double Number(MethodOption option, Node node)
    {
        var written = node.AsScalar(option.Name, "a number or a percentage");
        var value = written.Text.TrimEnd().EndsWith('%')
            ? QuantityReader.Read(node, option.Name, QuantityForm.Points).Value
            : node.AsNumber(option.Name, "a number or a percentage");
        return value >= option.Minimum && value <= option.Maximum
            ? value
            : throw new DiagnosticException(ManifestCodes.BadValue, FormattableString.Invariant($"'{option.Name}' expects a number from {option.Minimum} to {option.Maximum}; found {written.Text}."), node.Position);
    }

    private static int Whole(double bound, int unbounded) => double.IsInfinity(bound) ? unbounded : (int)bound;
}
