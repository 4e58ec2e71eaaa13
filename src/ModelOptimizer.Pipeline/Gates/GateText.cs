using System.Globalization;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Words and numbers of gate messages.</summary>
internal static class GateText
{
    /// <summary>The gate as it is written in the manifest.</summary>
    public static string Of(GatePlan gate) =>
        $"'{gate.Metric}: {{ {gate.Bound.Word()}: {gate.Limit.Text} }}'{(gate.ConfirmedOn is { } dataset ? $" on '{dataset}'" : "")}";

    /// <summary>A verdict without a number.</summary>
    public static GateVerdict NotMeasured(GatePlan gate, string reason) =>
        new(gate, GateOutcome.NotMeasured, double.NaN, gate.Limit.Value, null, $"{Of(gate)} could not be measured: {reason}.");

    /// <summary>The verdict of a gate that would confirm others, of which one does not hold. It is no error by itself.</summary>
    public static GateVerdict NotReached(GatePlan gate) =>
        NotMeasured(gate, "it was not looked at, since a gate before it does not hold") with { Code = null };

    /// <summary>0.0512 is <c>5.12 %</c>.</summary>
    public static string Percent(double fraction, int decimals) => Fixed(100 * fraction, decimals) + " %";

    /// <summary><paramref name="value"/> with <paramref name="decimals"/> digits after the point, and never a minus before zero.</summary>
    public static string Fixed(double value, int decimals)
    {
        var rounded = Math.Round(value, decimals, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>A count with thousands separated.</summary>
    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 sample</c>, <c>2,000 samples</c>.</summary>
    public static string Samples(int samples) => samples == 1 ? "1 sample" : Count(samples) + " samples";

    /// <summary>A size in bytes with the unit that suits it; KB is 1000 bytes.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 999_950_000 => Fixed(bytes / 1e9, 1) + " GB",
        >= 999_950 => Fixed(bytes / 1e6, 1) + " MB",
        >= 1000 => Fixed(bytes / 1e3, 1) + " KB",
        _ => Count(bytes) + " B",
    };

    /// <summary>A time with the unit that suits it.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        >= 1 => Significant(seconds) + " s",
        >= 1e-3 => Significant(seconds * 1e3) + " ms",
        _ => Significant(seconds * 1e6) + " µs",
    };

    /// <summary>Four significant digits.</summary>
    public static string Significant(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
