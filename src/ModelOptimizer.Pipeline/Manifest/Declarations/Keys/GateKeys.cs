using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What a gate says of its metric.</summary>
internal static class GateKeys
{
    private static readonly SourcePosition Nowhere = new("");

    private static readonly ValueForm Limit = new TextForm("limit, see the metric");

    private static readonly ValueForm PointsOrNone = new AnyForm($"{QuantityReader.Expected(QuantityForm.Points)}, or 0", new QuantityValue(QuantityForm.Points), new ChoiceForm(["0"]));

    private static readonly string[] OfChanges = [GateBound.MaxDrop.Word(), GateBound.MaxRise.Word()];

    public static KeyDeclaration MaxDrop { get; } = Bound(GateBound.MaxDrop, "The most that may be lost against the original, on the same samples. For metrics where more is better.");

    public static KeyDeclaration MaxRise { get; } = Bound(GateBound.MaxRise, "The most that may be added against the original, on the same samples. For metrics where less is better.");

    public static KeyDeclaration Min { get; } = Bound(GateBound.Min, "The least that the compressed model must measure.");

    public static KeyDeclaration Max { get; } = Bound(GateBound.Max, "The most that the compressed model may measure. In percent: of the original's, but for metrics whose % means points.");

    public static KeyDeclaration Severity { get; } = new("severity", new ChoiceForm(["error", "warning"]), "What a gate that does not hold is.", "error");

    public static KeyDeclaration Confidence { get; } = new(
        "confidence",
        new AnyForm("level from 50% to below 100%, or none", new NumberForm(0.5, 1), new ChoiceForm(["none"])),
        "With max-drop and max-rise: how sure it must be that the true change is within the limit. none decides by the measured change.",
        "95%")
    {
        Needs = OfChanges,
    };

    public static KeyDeclaration AllowOverlap { get; } = new("allow-overlap", new BooleanForm(), "Whether samples of the evaluation may also be samples of the calibration.", "false");

    /// <summary>Every key, whatever the metric.</summary>
    public static SectionDeclaration Section { get; } = new([MaxDrop, MaxRise, Min, Max, Severity, Confidence, AllowOverlap]) { NeedsOneOf = [.. Enum.GetValues<GateBound>().Select(bound => bound.Word())] };

    /// <summary>The bounds in the order of lists.</summary>
    public static IReadOnlyList<(KeyDeclaration Key, GateBound Bound)> Bounds { get; } = [(MaxDrop, GateBound.MaxDrop), (MaxRise, GateBound.MaxRise), (Min, GateBound.Min), (Max, GateBound.Max)];

    /// <summary>The keys that have a meaning for one metric.</summary>
    /// <param name="name">The metric, as a manifest writes it.</param>
    /// <param name="metric">The same, where it is one of the catalogue.</param>
    /// <param name="isByCommand">Whether the user's own evaluator prints it.</param>
    public static SectionDeclaration Of(string name, IMetric? metric, bool isByCommand = false)
    {
        var form = MetricNames.Form(name, metric, isByCommand);
        var bounds = Bounds.Select(bound => (bound.Key, Form: Limits(name, bound.Bound, isByCommand, form))).Where(bound => bound.Form is not null).Select(bound => bound.Key with { Form = bound.Form! }).ToList();
        var needs = OfChanges.Where(change => bounds.Any(bound => bound.Name == change)).ToArray();
        return new SectionDeclaration([.. bounds, Severity, .. needs.Length > 0 ? [Confidence with { Needs = needs }] : Array.Empty<KeyDeclaration>(), AllowOverlap])
        {
            NeedsOneOf = [.. bounds.Select(bound => bound.Name)],
        };
    }

    /// <summary>Every key; limits that have no meaning for the metric, whose own errors say more than that they are unknown, are proposed by no message.</summary>
    public static SectionDeclaration Read(string name, IMetric? metric, bool isByCommand)
    {
        var meant = Of(name, metric, isByCommand).NeedsOneOf;
        return Section with { Keys = [.. Section.Keys.Select(key => meant.Contains(key.Name) ? key : key with { Example = null })] };
    }

    /// <summary>How a limit is written; null when the bound has no meaning for the metric. The rules that refuse gates decide.</summary>
    private static ValueForm? Limits(string name, GateBound bound, bool isByCommand, QuantityForm form)
    {
        bool Holds(Quantity limit) => GateRules.Problem(new GatePlan { Metric = name, Bound = bound, Limit = limit, IsByCommand = isByCommand, Confidence = null, Position = Nowhere }) is null;
        return (Holds(new Quantity(0.5, true, "50%")), Holds(new Quantity(0.5, false, "0.5"))) switch
        {
            (true, false) when form == QuantityForm.NumberOrPoints => PointsOrNone,
            (true, _) => new QuantityValue(form),
            (false, true) => new PlainNumberForm(0),
            _ => null,
        };
    }

    private static KeyDeclaration Bound(GateBound bound, string summary) => new(bound.Word(), Limit, summary) { Example = "…" };
}
