using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>gates:</c>.</summary>
internal static class GatesReader
{
    private const string Example = "- top1: { max-drop: 0.5% }";

    public static IReadOnlyList<GatePlan> Read(Node? node, EvaluationPlan? evaluate) =>
        node is null ? [] : [.. node.AsList("gates", $"'{Example}'").Items.SelectMany(item => Gate(item, evaluate))];

    /// <summary>One gate for each bound of the entry.</summary>
    private static IEnumerable<GatePlan> Gate(Node node, EvaluationPlan? evaluate)
    {
        if (node is not MapNode map || map.Entries.Count == 0)
        {
            throw NodeValues.WrongType(node, "gates", $"a metric with its limit, such as '{Example}'");
        }

        if (map.Entries.Count > 1)
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"A gate has one metric; found '{map.Entries[0].Key.Text}' and '{map.Entries[1].Key.Text}'. Put '- ' before each metric, and the limits into braces: '{Example}'.", map.Entries[1].Key.Position);
        }

        var (name, value) = map.Entries[0];
        var isByCommand = MetricNames.IsByCommand(name, evaluate);
        var metric = isByCommand ? null : MetricNames.Gated(name);
        if (value is not MapNode)
        {
            throw NodeValues.WrongType(value, name.Text, $"its limit in braces, such as {{ {Usual(metric)}: … }}");
        }

        var section = new Section(value, $"the gate on '{name.Text}'", GateKeys.Read(name.Text, metric, isByCommand), name.Position);
        Measurable(metric, name, evaluate);
        var confidence = Confidence(section);
        var given = GateKeys.Bounds.Where(bound => section[bound.Key] is not null);
        return given.Select(bound => Checked(section[bound.Key]!, new GatePlan
        {
            Metric = name.Text,
            Bound = bound.Bound,
            Limit = QuantityReader.Read(section[bound.Key]!, bound.Key.Name, MetricNames.Form(name.Text, metric, isByCommand)),
            Severity = section.ChoiceOrDefault(GateKeys.Severity) == "warning" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
            Confidence = confidence,
            IsByCommand = isByCommand,
            AllowOverlap = section.OrDefault(GateKeys.AllowOverlap).AsBoolean("allow-overlap"),
            Position = name.Position,
        }));
    }

    private static string Usual(IMetric? metric) => metric is null ? "max" : metric.MoreIsBetter ? "max-drop" : "max-rise";

    private static GatePlan Checked(Node limit, GatePlan gate) => GateRules.Problem(gate) is { } problem
        ? throw new DiagnosticException(ManifestCodes.Ambiguous, $"The gate on '{gate.Metric}' cannot be decided as written: {problem}.", limit.Position)
        : gate;

    /// <summary>The one-sided level; null when the measured number decides.</summary>
    private static double? Confidence(Section section)
    {
        var node = section.OrDefault(GateKeys.Confidence);
        if (node is ScalarNode { Text: "none" })
        {
            return null;
        }

        var level = QuantityReader.Read(node, "confidence", QuantityForm.NumberOrPoints);
        return level.Value is >= 0.5 and < 1
            ? level.Value
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'confidence' expects a level from 50% to below 100%, or none; found {level.Text}.", node.Position);
    }

    /// <summary>Gates never pass by default: what cannot be measured is an error before anything runs.</summary>
    private static void Measurable(IMetric? metric, ScalarNode name, EvaluationPlan? evaluate)
    {
        if (metric is null)
        {
            return;
        }

        if (evaluate?.Dataset is not { } dataset)
        {
            throw new DiagnosticException(ManifestCodes.NotMeasurable, $"'{metric.Name}' needs data to be measured on, and the model has no 'evaluate'. Add, for example, 'evaluate: {{ dataset: NAME }}'.", name.Position);
        }

        MetricNames.NeedLabels(metric, name, dataset);
    }
}
