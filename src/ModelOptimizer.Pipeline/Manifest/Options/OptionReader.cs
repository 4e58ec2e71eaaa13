using System.Text.RegularExpressions;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Manifest;

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

/// <summary><c>0.9</c>, <c>90%</c>, or a mapping from layer rules to these.</summary>
internal static class SharesReader
{
    public static LayerMap<double> Read(MethodOption option, Node node)
    {
        var share = OptionForms.Share(option);
        return LayerMapReader.Read(option.Name, node, "shares", "{ \"*\": 50% }", (what, value) => NumberReader.Read(what, value, share.Minimum, share.Maximum));
    }
}

/// <summary>A mapping from layer rules to names of layers.</summary>
internal static class NamesReader
{
    private const string Example = "{ \"encoder.0.fc\": encoder.1.fc }";

    public static LayerMap<string> Read(string what, Node node) => node is MapNode
        ? LayerMapReader.Read(what, node, "names", Example, (entry, value) => Name(entry, value))
        : throw NodeValues.WrongType(node, what, $"a mapping from layer rules to layers, such as {Example}");

    private static string Name(string what, Node node) => node.AsText(what) is { Length: > 0 } name
        ? name
        : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' is empty. Write the name of a layer.", node.Position);
}

/// <summary><c>{ max-gap: 1e-4 }</c>.</summary>
internal static class CertificateReader
{
    public static CertificateBound Read(string what, Node node)
    {
        if (node is not MapNode)
        {
            throw NodeValues.WrongType(node, what, "a mapping such as { max-gap: 1e-4 }");
        }

        var section = new Section(node, $"'{what}'", CertificateKeys.Section);
        return new CertificateBound(NumberReader.Read("max-gap", section.Required(CertificateKeys.MaxGap), CertificateKeys.Gap.Minimum, CertificateKeys.Gap.Maximum));
    }
}

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

/// <summary>A number, or a percentage meaning that fraction.</summary>
internal static class NumberReader
{
    private const string Expected = "a number or a percentage";

    public static double Read(string what, Node node, double minimum, double maximum)
    {
        var written = node.AsScalar(what, Expected);
        var value = written.Text.TrimEnd().EndsWith('%')
            ? QuantityReader.Read(node, what, QuantityForm.Points).Value
            : node.AsNumber(what, Expected);
        return value >= minimum && value <= maximum
            ? value
            : throw new DiagnosticException(ManifestCodes.BadValue, FormattableString.Invariant($"'{what}' expects a number from {minimum} to {maximum}; found {written.Text}."), node.Position);
    }
}

/// <summary><c>stage3</c>, or <c>{ from: relu_5, to: relu_9 }</c>.</summary>
internal static class BlockOptionReader
{
    private const string Expected = "the name of a block, or the tensors that enter and leave it, such as { from: relu_5, to: relu_9 }";

    public static BlockReference Read(string what, Node node)
    {
        if (node is not MapNode)
        {
            _ = node.AsScalar(what, Expected);
            return new BlockReference(node.AsText(what));
        }

        var section = new Section(node, $"'{what}'", BlockKeys.Section);
        return new BlockReference(null, section.Required(BlockKeys.From).AsText("from"), section.Required(BlockKeys.To).AsText("to"));
    }
}

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

/// <summary>One value for all layers, or a mapping from layer rules to values.</summary>
internal static class LayerMapReader
{
    /// <param name="what">The key.</param>
    /// <param name="node">What is written there.</param>
    /// <param name="values">What an empty mapping lacks.</param>
    /// <param name="example">A mapping that would be right.</param>
    /// <param name="read">Reads one value, which errors call by the text given.</param>
    public static LayerMap<T> Read<T>(string what, Node node, string values, string example, Func<string, Node, T> read)
        where T : notnull
    {
        if (node is not MapNode map)
        {
            return new LayerMap<T>([(new LayerRule("*", node.Position), read(what, node))]);
        }

        return map.Entries.Count == 0
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' gives no {values}. Write, for example, {example}.", node.Position)
            : new LayerMap<T>([.. map.Entries.Select(entry => (Included(what, entry.Key), read($"{what} of {entry.Key.Text}", entry.Value)))]);
    }

    private static LayerRule Included(string what, ScalarNode key) => key.Text.StartsWith('!')
        ? throw new DiagnosticException(ManifestCodes.LayerRule, $"'{key.Text}' excludes layers, which has no meaning in '{what}'. Exclude layers with 'layers:'.", key.Position)
        : LayerRulesReader.Rule(what, key);
}

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

/// <summary><c>{ size: 40% }</c>, <c>{ params: 250 k, allocation: uniform }</c>, <c>{ macs: 50% }</c>.</summary>
internal static class BudgetReader
{
    public static Budget Read(string what, Node node)
    {
        if (node is ScalarNode { Text: "auto" })
        {
            return Budget.Auto;
        }

        if (node is not MapNode)
        {
            throw NodeValues.WrongType(node, what, "auto, or a mapping such as { size: 40% }");
        }

        var section = new Section(node, $"'{what}'", BudgetKeys.Section);
        var measure = BudgetKeys.Measures.First(measure => section[measure] is not null);
        var goal = section[measure]!;
        var amount = QuantityReader.Read(goal, measure.Name, ((QuantityValue)measure.Form).Form);
        if (amount.Value <= 0 || amount is { IsPercent: true, Value: > 1 })
        {
            throw new DiagnosticException(ManifestCodes.BadValue, $"A budget must be above 0, and at most 100% of the original's; found '{measure.Name}: {amount.Text}'.", goal.Position);
        }

        var allocation = section.ChoiceOrDefault(BudgetKeys.Allocation);
        return new Budget(
            Enum.Parse<BudgetMeasure>(measure.Name, ignoreCase: true),
            amount.Value,
            amount.IsPercent,
            Enum.Parse<Allocation>(allocation, ignoreCase: true));
    }
}
