using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>gates:</c>.</summary>
internal sealed class GatesReader(ManifestPaths paths)
{
    /// <summary>How a gate could be written.</summary>
    public const string Example = "- top1: { max-drop: 0.5% }";

    /// <summary>One gate for each bound of an entry.</summary>
    public IEnumerable<GatePlan> Read(Node node, EvaluationPlan? evaluate)
    {
        if (node is not MapNode map || map.Entries.Count == 0)
        {
            throw NodeValues.WrongType(node, "gates", $"a metric with its limit, such as '{Example}'");
        }

        if (map.Entries.Count > 1)
        {
            throw new DiagnosticException(
                KeyCodes.Conflict,
                $"A gate has one metric; found '{map.Entries[0].Key.Text}' and '{map.Entries[1].Key.Text}'. Put '- ' before each metric, and the limits "
                + $"into braces: '{Example}'.",
                map.Entries[1].Key.Position);
        }

        var (name, value) = map.Entries[0];
        var isByCommand = MetricNames.IsByCommand(name, evaluate);
        var metric = isByCommand ? null : MetricNames.Gated(name);
        if (value is not MapNode)
        {
            throw NodeValues.WrongType(value, name.Text, $"its limit in braces, such as {{ {Usual(metric)}: … }}");
        }

        var section = new Section(value, $"the gate on '{name.Text}'", GateKeys.For(name.Text, metric, isByCommand), paths, name.Position);
        Measurable(metric, name, evaluate);
        var form = Forms.Quantity(MetricNames.Form(name.Text, metric, isByCommand));
        return GateKeys.Bounds.Where(bound => section[bound.Key] is not null).Select(bound => Checked(section[bound.Key]!, new GatePlan
        {
            Metric = name.Text,
            Bound = bound.Bound,
            Limit = form.Read(section[bound.Key]!, bound.Key.Name, paths),
            Severity = section.Read(GateKeys.Severity),
            Confidence = section.Read(GateKeys.Confidence),
            IsByCommand = isByCommand,
            AllowOverlap = section.Read(GateKeys.AllowOverlap),
            Position = name.Position,
        }));
    }

    private static string Usual(IMetric? metric) => metric is null ? "max" : metric.MoreIsBetter ? "max-drop" : "max-rise";

    private static GatePlan Checked(Node limit, GatePlan gate) => GateRules.Problem(gate) is { } problem
        ? throw new DiagnosticException(KeyCodes.Ambiguous, $"The gate on '{gate.Metric}' cannot be decided as written: {problem}.", limit.Position)
        : gate;

    /// <summary>Gates never pass by default: what cannot be measured is an error before anything runs.</summary>
    private static void Measurable(IMetric? metric, ScalarNode name, EvaluationPlan? evaluate)
    {
        if (metric is null)
        {
            return;
        }

        if (evaluate?.Dataset is not { } dataset)
        {
            throw new DiagnosticException(
                ManifestCodes.NotMeasurable,
                $"'{metric.Name}' needs data to be measured on, and the model has no 'evaluate'. Add, for example, 'evaluate: {{ dataset: NAME }}'.",
                name.Position);
        }

        MetricNames.NeedLabels(metric, name, dataset);
        if (evaluate.Confirm is { } confirm)
        {
            MetricNames.NeedLabels(metric, name, confirm);
        }
    }
}
