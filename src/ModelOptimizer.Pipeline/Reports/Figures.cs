using System.Globalization;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>How numbers are written for people, everywhere the same.</summary>
internal static class Figures
{
    /// <summary>Bytes with decimal units: <c>471.2 KB</c>.</summary>
    public static string Bytes(long bytes) => Math.Abs(bytes) switch
    {
        < 1_000 => Invariant($"{bytes} B"),
        < 999_950 => Invariant($"{bytes / 1e3:0.0} KB"),
        < 999_950_000 => Invariant($"{bytes / 1e6:0.0} MB"),
        _ => Invariant($"{bytes / 1e9:0.0} GB"),
    };

    /// <summary>A count in full up to six digits, then three significant places: <c>115,690</c>, <c>25.6 M</c>.</summary>
    public static string Count(long count) => Math.Abs(count) switch
    {
        < 1_000_000 => Invariant($"{count:N0}"),
        < 999_950_000 => Invariant($"{count / 1e6:0.0} M"),
        _ => Invariant($"{count / 1e9:0.00} G"),
    };

    /// <summary>A count, or <c>?</c>.</summary>
    public static string Count(long? count) => count is { } known ? Count(known) : "?";

    /// <summary>What a search makes small: bytes, multiply-adds or nanoseconds.</summary>
    public static string Amount(BudgetMeasure measure, long amount) => measure switch
    {
        BudgetMeasure.Macs => Count(amount),
        BudgetMeasure.Latency => GateText.Seconds(1e-9 * amount),
        _ => Bytes(amount),
    };

    /// <summary>What a candidate has of it.</summary>
    public static string Amount(SearchTrace search, ModelCost cost) => Amount(search.Measure, search.Amount(cost));

    /// <summary>A ratio as whole percent: <c>38 %</c>; <c>?</c> when there is none.</summary>
    public static string Ratio(long? after, long? before) => after is { } a && before is { } b && b != 0 ? Invariant($"{100.0 * a / b:0.#} %") : "?";

    /// <summary>What a device left to the CPU, to be put behind its name: <c>, 2 nodes on the CPU (Gather, Shape)</c>; nothing where it left nothing.</summary>
    public static string OnCpu(NodePlacement? placement) => placement is { OnCpu: > 0 }
        ? Invariant($", {placement.OnCpu} node{(placement.OnCpu == 1 ? "" : "s")} on the CPU ({string.Join(", ", placement.Operators)})")
        : "";

    /// <summary>A metric: percent where it is bounded by 1, four significant digits elsewhere.</summary>
    public static string Metric(string metric, double value) => value switch
    {
        double.NaN => "?",
        _ when IsPercent(metric) => Invariant($"{100 * value:0.0#} %"),
        _ => Number(value),
    };

    /// <summary>What compression did to a metric: points where it is bounded, percent of the original elsewhere.</summary>
    public static string Change(string metric, double original, double compressed) => (compressed - original) switch
    {
        double.NaN => "",
        var points when IsPercent(metric) => Signed(100 * points) + " points",
        _ when original == 0 => "",
        var rise => Signed(100 * rise / Math.Abs(original)) + " %",
    };

    /// <summary>A number that can be written; null for NaN and infinities.</summary>
    internal static double? Known(double value) => double.IsFinite(value) ? value : null;

    /// <summary>A fraction as percent: <c>38.4 %</c>.</summary>
    public static string Percent(double fraction) => Invariant($"{100 * fraction:0.0#} %").Replace('-', '−');

    /// <summary>A difference of fractions: <c>0.21 points</c>.</summary>
    public static string Points(double difference) => Invariant($"{100 * difference:0.0##} points").Replace('-', '−');

    /// <summary>A time with the unit that suits it.</summary>
    public static string Seconds(double seconds) => GateText.Seconds(seconds);

    /// <summary>Four significant digits.</summary>
    public static string Number(double value) => double.IsNaN(value) ? "?" : value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Whether a metric is written as percent.</summary>
    internal static bool IsPercent(string metric) => MetricCatalogue.TryGet(metric, out var found) && found.IsBounded;

    private static string Signed(double value) => value.ToString("+0.0#;−0.0#;0.0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
