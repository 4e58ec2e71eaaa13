using System.Text.RegularExpressions;

namespace ModelOptimizer.Methods.Options;

/// <summary>A number as written in the manifest.</summary>
/// <param name="Value">The number; for a percentage the fraction (<c>40%</c> is 0.4), for a size in bytes.</param>
/// <param name="IsPercent">Whether it was written with <c>%</c>.</param>
/// <param name="Text">As it was written.</param>
internal sealed record Quantity(double Value, bool IsPercent, string Text);

/// <summary>How a quantity is written.</summary>
internal enum QuantityForm
{
    /// <summary>A percentage of the original's, or a size with a unit.</summary>
    Size,

    /// <summary>Only a size with a unit.</summary>
    Bytes,

    /// <summary>A percentage of the original's, or a plain number with or without k, M, G.</summary>
    Count,

    /// <summary>Only a percentage of the original's.</summary>
    Ratio,

    /// <summary>Only percentage points.</summary>
    Points,

    /// <summary>A plain number, or percentage points.</summary>
    NumberOrPoints,

    /// <summary>A plain number, or a percentage of the original's value.</summary>
    NumberOrRatio,

    /// <summary>A plain number, or the same as a percentage.</summary>
    NumberOrShare,
}

/// <summary>Numbers with units.</summary>
internal static partial class QuantityReader
{
    private static readonly Dictionary<string, double> SizeUnits = new(StringComparer.Ordinal)
    {
        ["B"] = 1,
        ["KB"] = 1e3,
        ["MB"] = 1e6,
        ["GB"] = 1e9,
        ["KiB"] = 1024,
        ["MiB"] = 1024 * 1024,
        ["GiB"] = 1024 * 1024 * 1024,
    };

    private static readonly Dictionary<string, double> CountUnits = new(StringComparer.Ordinal)
    {
        [""] = 1,
        ["k"] = 1e3,
        ["M"] = 1e6,
        ["G"] = 1e9,
    };

    private static readonly Dictionary<string, double> NoUnit = new(StringComparer.Ordinal) { [""] = 1 };

    private static readonly Dictionary<string, double> None = [];

    /// <summary>A number as a regular expression.</summary>
    public const string Number = @"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?";

    /// <summary>What a quantity looks like, in words.</summary>
    public static string Expected(QuantityForm form) => form switch
    {
        QuantityForm.Size => "a percentage of the original's such as 40%, or a size with a unit such as 250 KB",
        QuantityForm.Bytes => "a size with a unit such as 4 GB",
        QuantityForm.Count => "a percentage of the original's such as 40%, or a number such as 250000 or 250 k",
        QuantityForm.Ratio => "a percentage of the original's such as 90%",
        QuantityForm.Points => "percentage points such as 0.5%",
        QuantityForm.NumberOrPoints => "a number such as 0.99, or percentage points such as 99%",
        QuantityForm.NumberOrShare => "a number such as 0.14, or a percentage such as 14%",
        _ => "a number, or a percentage of the original's value such as 5%",
    };

    /// <summary>Whether a number without a unit is a quantity of this form.</summary>
    public static bool MayBePlain(QuantityForm form) => Units(form).ContainsKey("");

    /// <summary>A quantity with a unit as a regular expression.</summary>
    public static string Pattern(QuantityForm form)
    {
        var units = Units(form).Keys.Where(unit => unit.Length > 0).Concat(TakesPercent(form) ? ["%"] : []);
        return $@"^\+?{Number}\s*({string.Join('|', units)})$";
    }

    /// <summary>Reads a quantity that must not be negative.</summary>
    public static Quantity Read(Node node, string what, QuantityForm form)
    {
        var (units, expected) = (Units(form), Expected(form));
        var text = node.AsScalar(what, expected).Text;
        var match = Written().Match(text);
        if (!match.Success || !NodeValues.TryNumber(match.Groups["number"].Value, out var value))
        {
            throw NodeValues.WrongType(node, what, expected);
        }

        if (value < 0)
        {
            throw new DiagnosticException(KeyCodes.BadValue, $"'{what}' must not be negative; found {text}.", node.Position);
        }

        var unit = match.Groups["unit"].Value;
        if (unit == "%" && TakesPercent(form))
        {
            return new Quantity(Hundredth(match.Groups["number"].Value), true, text);
        }

        if (units.TryGetValue(unit, out var factor))
        {
            return new Quantity(value * factor, false, text);
        }

        if (unit.Length == 0)
        {
            var ways = string.Join(" or ", Readings(text, value, form));
            throw new DiagnosticException(KeyCodes.Ambiguous, $"'{what}: {text}' can be read in more than one way. Write {ways}.", node.Position);
        }

        var meant = Suggestion.For(unit, units.Keys.Where(candidate => candidate.Length > 0));
        throw NodeValues.Bad(node, $"'{what}' expects {expected}; found '{text}', whose unit '{unit}' does not fit.{meant}");
    }

    private static Dictionary<string, double> Units(QuantityForm form) => form switch
    {
        QuantityForm.Size or QuantityForm.Bytes => SizeUnits,
        QuantityForm.Count => CountUnits,
        QuantityForm.Ratio or QuantityForm.Points => None,
        _ => NoUnit,
    };

    private static bool TakesPercent(QuantityForm form) => form != QuantityForm.Bytes;

    /// <summary>What a number without a unit could mean.</summary>
    private static IEnumerable<string> Readings(string text, double value, QuantityForm form)
    {
        if (form == QuantityForm.Bytes)
        {
            yield return $"'{text} MB'";
            yield return $"'{text} GB'";
            yield break;
        }

        if (form == QuantityForm.Size)
        {
            yield return value > 100 ? $"'{text} B'" : $"'{text}%'";
            yield return $"'{text} KB'";
            yield break;
        }

        yield return $"'{text}%'";
        if (value <= 1)
        {
            yield return FormattableString.Invariant($"'{Math.Round(value * 100, 9)}%'");
        }
    }

    /// <summary>Exactly the double nearest to the fraction: 0.5 / 100 by decimals, so that 0.5% and 0.005 are the same number.</summary>
    private static double Hundredth(string number) =>
        NodeValues.TryNumber($"{number}e-2", out var shifted) ? shifted : double.Parse(number, System.Globalization.CultureInfo.InvariantCulture) / 100;

    [GeneratedRegex(@"^(?<number>[+-]?" + Number + @")\s*(?<unit>%|\p{L}*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
