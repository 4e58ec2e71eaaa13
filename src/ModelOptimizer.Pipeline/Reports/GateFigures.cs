using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Numbers of a gate in the unit that the gate is written in.</summary>
internal static class GateFigures
{
    /// <summary>Such as <c>top1: { max-drop: 0.5% }</c>.</summary>
    public static string Gate(GateVerdict gate) =>
        $"{gate.Metric}: {{ {gate.Bound}: {gate.Limit} }}{(gate.ConfirmedOn is { } dataset ? $" on {dataset}" : "")}";

    /// <summary>Such as <c>at most 0.5 points</c>.</summary>
    public static string Required(GateVerdict gate) => Figures.Known(gate.Required) is { } required
        ? $"{(gate.Bound == "min" ? "at least" : "at most")} {Text(gate, required)}"
        : "–";

    /// <summary>The number measured, or a dash.</summary>
    public static string Measured(GateVerdict gate) => Figures.Known(gate.Measured) is { } measured ? Text(gate, measured) : "–";

    /// <summary>Such as <c>up to 0.41 points</c> or <c>98.1 % to 99.2 %</c>; a dash where the number is exact or there is no number.</summary>
    public static string Interval(GateVerdict gate) => (gate.Confidence, gate.Lower, gate.Upper) switch
    {
        (null, _, _) => "–",
        (_, { } lower, { } upper) => $"{Text(gate, lower)} to {Text(gate, upper)}",
        (_, null, { } upper) => $"up to {Text(gate, upper)}",
        (_, { } lower, null) => $"from {Text(gate, lower)}",
        _ => "not bounded by these samples",
    };

    /// <summary>The interval's level, such as <c>95 %</c>.</summary>
    public static string Level(GateVerdict gate) => gate.Confidence is { } level ? Figures.Number(100 * level) + " %" : "";

    /// <summary>A number in the gate's terms.</summary>
    public static string Text(GateVerdict gate, double value) => gate.Metric switch
    {
        _ when IsPercent(gate) => Figures.Percent(value),
        GateRules.Size or GateRules.Shipped => Figures.Bytes((long)Math.Round(value)),
        GateRules.Parameters or GateRules.Macs => Figures.Count((long)Math.Round(value)),
        _ when gate.IsChange && Figures.IsPercent(gate.Metric) => Figures.Points(value),
        _ => Figures.Metric(gate.Metric, value),
    };

    /// <summary>Whether the gate compares a cost with the original's.</summary>
    public static bool IsPercent(GateVerdict gate) =>
        gate.Metric is GateRules.Size or GateRules.Shipped or GateRules.Parameters or GateRules.Macs or GateRules.Latency && gate.Limit.EndsWith('%');
}
