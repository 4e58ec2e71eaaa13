using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What a gate says of its metric.</summary>
internal static class GateKeys
{
    private static readonly SourcePosition Nowhere = new("");

    private static readonly string[] OfChanges = [GateBound.MaxDrop.Word(), GateBound.MaxRise.Word()];

    /// <summary>Every key, whatever the metric.</summary>
    public static KeySet All { get; } = new() { NeedsOneOf = [.. Enum.GetValues<GateBound>().Select(bound => bound.Word())] };

    /// <summary>The bounds in the order of lists.</summary>
    public static IReadOnlyList<(Option<Node?> Key, GateBound Bound)> Bounds { get; } =
    [
        Limit(GateBound.MaxDrop, "The most that may be lost against the original, on the same samples. For metrics where more is better."),
        Limit(GateBound.MaxRise, "The most that may be added against the original, on the same samples. For metrics where less is better."),
        Limit(GateBound.Min, "The least that the compressed model must measure."),
        Limit(GateBound.Max, "The most that the compressed model may measure. In percent: of the original's, but for metrics whose % means points."),
    ];

    public static readonly Option<DiagnosticSeverity> Severity = All.Add<DiagnosticSeverity>(new(
        "severity",
        Forms.OneOf(("error", DiagnosticSeverity.Error), ("warning", DiagnosticSeverity.Warning)),
        "What a gate that does not hold is.",
        "error"));

    /// <summary>The one-sided level; null when the measured number decides.</summary>
    public static readonly Option<double?> Confidence = All.Add<double?>(new(
        "confidence",
        new(
            "level from 50% to below 100%, or none",
            () => Json.AnyOf(Forms.Number(0.5, 1).Schema(), Json.Words(["none"])),
            (node, what, _) => node is ScalarNode { Text: "none" } ? null : Level(node, what)),
        "With max-drop and max-rise: how sure it must be that the true change is within the limit. none decides by the measured change.",
        "95%")
    {
        Needs = OfChanges,
    });

    public static readonly Option<bool> AllowOverlap = All.Add<bool>(new(
        "allow-overlap",
        Forms.Flag,
        "Whether samples of the evaluation may also be samples of the calibration.",
        "false"));

    /// <summary>The keys that have a meaning for one metric.</summary>
    /// <param name="name">The metric, as a manifest writes it.</param>
    /// <param name="metric">The same, where it is one of the catalogue.</param>
    /// <param name="isByCommand">Whether the user's own evaluator prints it.</param>
    public static KeySet Of(string name, IMetric? metric, bool isByCommand = false)
    {
        var form = MetricNames.Form(name, metric, isByCommand);
        var bounds = Bounds.Select(bound => (bound.Key, Form: Limits(name, bound.Bound, isByCommand, form)))
            .Where(bound => bound.Form is not null)
            .Select(bound => bound.Key with { Of = bound.Form! })
            .ToList();
        var needs = OfChanges.Where(change => bounds.Any(bound => bound.Name == change)).ToArray();
        return new KeySet([.. bounds, Severity, .. needs.Length > 0 ? [Confidence with { Needs = needs }] : Array.Empty<Option>(), AllowOverlap])
        {
            NeedsOneOf = [.. bounds.Select(bound => bound.Name)],
        };
    }

    /// <summary>Every key: limits that have no meaning for the metric have errors of their own, which say more. No message proposes them.</summary>
    public static KeySet For(string name, IMetric? metric, bool isByCommand)
    {
        var meant = Of(name, metric, isByCommand).NeedsOneOf;
        return new KeySet(All.Select(key => meant.Contains(key.Name) ? key : key with { Example = null })) { NeedsOneOf = All.NeedsOneOf };
    }

    /// <summary>How a limit is written; null when the bound has no meaning for the metric. The rules that refuse gates decide.</summary>
    private static Form<Node?>? Limits(string name, GateBound bound, bool isByCommand, QuantityForm form)
    {
        bool Holds(Quantity limit) =>
            GateRules.Problem(new GatePlan
            {
                Metric = name,
                Bound = bound,
                Limit = limit,
                Severity = DiagnosticSeverity.Error,
                Confidence = null,
                IsByCommand = isByCommand,
                Position = Nowhere,
            }) is null;
        var points = Forms.Quantity(QuantityForm.Points);
        Form? written = (Holds(new Quantity(0.5, true, "50%")), Holds(new Quantity(0.5, false, "0.5"))) switch
        {
            (true, false) when form == QuantityForm.NumberOrPoints => Forms.Raw($"{points.Text}, or 0", () => Json.AnyOf(points.Schema(), Json.Words(["0"]))),
            (true, _) => Forms.Quantity(form),
            (false, true) => Forms.PlainNumber(0),
            _ => null,
        };
        return written is null ? null : Forms.Raw(written.Text, written.Schema).OrNone();
    }

    private static double Level(Node node, string what)
    {
        var level = QuantityReader.Read(node, what, QuantityForm.NumberOrPoints);
        return level.Value is >= 0.5 and < 1 ? level.Value : throw NodeValues.Bad(
            node,
            $"'{what}' expects a level from 50% to below 100%, or none; found {level.Text}.");
    }

    private static (Option<Node?> Key, GateBound Bound) Limit(GateBound bound, string summary) =>
        (All.Add<Node?>(new(bound.Word(), Forms.Raw("limit, see the metric", Forms.Text("").Schema).OrNone(), summary) { Example = "…" }), bound);
}
