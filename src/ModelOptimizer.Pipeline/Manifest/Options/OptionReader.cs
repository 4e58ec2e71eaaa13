using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary>Reads a method's option into the type that its kind stands for.</summary>
internal static class OptionReader
{
    public static object Read(MethodOption option, Node node, ManifestPaths paths) => option.Kind switch
    {
        OptionKind.Choice => node.AsChoice(option.Name, option.Choices),
        OptionKind.Number => NumberReader.Read(option.Name, node, option.Minimum, option.Maximum),
        OptionKind.Integer => Whole(option, node),
        OptionKind.Layers => LayerRulesReader.Read(option.Name, node),
        OptionKind.Ranks => RanksReader.Read(option.Name, node),
        OptionKind.Modes => ModesReader.Read(option.Name, node),
        OptionKind.Shares => SharesReader.Read(option, node),
        OptionKind.ChoiceByLayer => LayerMapReader.Read(option.Name, node, "values", $"{{ \"*\": {option.Choices[0]} }}", (what, value) => value.AsChoice(what, option.Choices)),
        OptionKind.Names => NamesReader.Read(option.Name, node),
        OptionKind.Block => BlockOptionReader.Read(option.Name, node),
        OptionKind.Certificate => CertificateReader.Read(option.Name, node),
        OptionKind.Model => new ModelFile(paths.Existing(node, option.Name)),
        OptionKind.Budget => BudgetReader.Read(option.Name, node),
        _ => throw new InvalidOperationException($"Nothing reads options of kind {option.Kind}."),
    };

    private static int Whole(MethodOption option, Node node)
    {
        var form = OptionForms.Whole(option);
        return node.AsInteger(option.Name, form.Minimum, form.Maximum);
    }
}
