using System.Globalization;
using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Bounds of a number.</summary>
internal static class NumberRange
{
    /// <summary>Nothing, or words that follow the kind of number.</summary>
    public static string Of(double minimum, double maximum) => (double.IsFinite(minimum), double.IsFinite(maximum)) switch
    {
        (true, true) => $", {Text(minimum)} to {Text(maximum)}",
        (true, false) => $", at least {Text(minimum)}",
        (false, true) => $", at most {Text(maximum)}",
        _ => "",
    };

    /// <summary>Adds the bounds that there are to the schema of a number.</summary>
    public static JsonObject Limit(JsonObject number, double minimum, double maximum)
    {
        if (double.IsFinite(minimum))
        {
            number["minimum"] = minimum;
        }

        if (double.IsFinite(maximum))
        {
            number["maximum"] = maximum;
        }

        return number;
    }

    // As people write them: 1e-12, 1e12.
    private static string Text(double value) => value is >= 1e7 && Math.Log10(value) is var power && power == Math.Floor(power)
        ? string.Create(CultureInfo.InvariantCulture, $"1e{power}")
        : value.ToString(CultureInfo.InvariantCulture).Replace("E-0", "e-", StringComparison.Ordinal).Replace('E', 'e');
}
