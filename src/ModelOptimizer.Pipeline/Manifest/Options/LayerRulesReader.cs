using System.Text.RegularExpressions;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary>Layer rules, checked as far as they can be without a model.</summary>
internal static class LayerRulesReader
{
    public static LayerRules Read(string what, Node node)
    {
        var items = node.AsList(what, "[\"*\", \"!conv1\"]").Items;
        return items.Count == 0
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' has no rules, so it would select nothing. Write [\"*\"] for every layer, or leave the key out.", node.Position)
            : new LayerRules([.. items.Select(item => Rule(what, item))]);
    }

    public static LayerRule Rule(string what, Node node)
    {
        var text = node.AsText(what);
        var pattern = text.StartsWith('!') ? text[1..] : text;
        if (pattern is "" or "re:" or "type:")
        {
            throw new DiagnosticException(ManifestCodes.LayerRule, $"The layer rule '{text}' names nothing. Write a name or glob such as \"conv*\", \"re:^conv\\\\d$\" or \"type:Gemm\".", node.Position);
        }

        if (pattern.StartsWith("re:", StringComparison.Ordinal))
        {
            try
            {
                _ = new Regex(pattern[3..], RegexOptions.CultureInvariant);
            }
            catch (ArgumentException exception)
            {
                throw new DiagnosticException(ManifestCodes.LayerRule, $"The layer rule '{text}' is not a regular expression: {exception.Message}", node.Position, exception);
            }
        }

        return new LayerRule(text, node.Position);
    }
}
