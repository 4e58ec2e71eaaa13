using ModelOptimizer.Methods.Options;
using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary><c>16</c>, <c>[16, 8]</c>, <c>50%</c>, or a mapping from layer rules to these.</summary>
internal static class RanksReader
{
    public static LayerMap<RankSpec> Read(string what, Node node) => LayerMapReader.Read(what, node, "ranks", "{ \"*\": 50% }", Spec);

    private static RankSpec Spec(string what, Node node)
    {
        if (node is ListNode list)
        {
            return list.Items.Count == 0
                ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' gives no ranks. Write one number for each mode, such as [16, 8].", node.Position)
                : new RankSpec { Ranks = [.. list.Items.Select(item => item.AsInteger(what, 1))] };
        }

        const string Expected = "a whole number such as 16, a list such as [16, 8], or a percentage such as 50%";
        var text = node.AsScalar(what, Expected).Text;
        if (!text.EndsWith('%'))
        {
            return long.TryParse(text, out _) ? new RankSpec { Ranks = [node.AsInteger(what, 1)] } : throw NodeValues.WrongType(node, what, Expected);
        }

        var fraction = QuantityReader.Read(node, what, QuantityForm.Points).Value;
        return fraction is > 0 and <= 1
            ? new RankSpec { Fraction = fraction }
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' expects a percentage above 0% and up to 100%; found {text}.", node.Position);
    }
}
