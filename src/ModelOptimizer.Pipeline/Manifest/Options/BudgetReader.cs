using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Pipeline.Manifest.Declarations.Forms;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

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
        var given = BudgetKeys.Measures.Where(measure => section[measure] is not null).ToArray();
        if (given.Length != 1)
        {
            throw given.Length == 0
                ? new DiagnosticException(ManifestCodes.MissingKey, $"'{what}' needs one of size, params, macs. Write, for example, {{ size: 40% }}.", node.Position)
                : new DiagnosticException(ManifestCodes.Conflict, $"'{what}' has both '{given[0].Name}' and '{given[1].Name}'; one goal is allowed. Remove one of them.", section.KeyPosition(given[1]));
        }

        var measure = given[0];
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
