using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Manifest.Declarations.Forms;

/// <summary>Bounds of a number.</summary>
internal static class NumberRange
{
    /// <summary>Nothing, or words that follow the kind of number.</summary>
    public static string Of(double minimum, double maximum) => (double.IsFinite(minimum), double.IsFinite(maximum)) switch
    {
        (true, true) => FormattableString.Invariant($", {minimum} to {maximum}"),
        (true, false) => FormattableString.Invariant($", at least {minimum}"),
        (false, true) => FormattableString.Invariant($", at most {maximum}"),
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
}
