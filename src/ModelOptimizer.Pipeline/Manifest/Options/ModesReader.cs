using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary><c>[4, 4, 8]</c>, or a mapping from layer rules to such lists.</summary>
internal static class ModesReader
{
    private const string Example = "[4, 4, 8]";

    public static LayerMap<IReadOnlyList<int>> Read(string what, Node node) => LayerMapReader.Read(what, node, "modes", $"{{ \"*\": {Example} }}", Modes);

    private static IReadOnlyList<int> Modes(string what, Node node)
    {
        var items = node.AsList(what, Example).Items;
        return items.Count == 0
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' gives no modes. Write the sizes in order, such as {Example}.", node.Position)
            : [.. items.Select(item => item.AsInteger(what, 1))];
    }
}
