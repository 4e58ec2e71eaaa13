using System.Globalization;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A range of numbers with ticks at round ones.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends; above <paramref name="Low"/>.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal ratios.</param>
/// <param name="Ticks">The marked numbers, rising.</param>
internal sealed record Axis(double Low, double High, bool IsLogarithmic, IReadOnlyList<(double At, string Label)> Ticks)
{
    private const double Margin = 0.06;
    private static readonly double[] Steps = [1, 2, 5, 10];

    /// <summary>Where <paramref name="value"/> lies: 0 at the low end, 1 at the high one.</summary>
    public double Fraction(double value) => IsLogarithmic
        ? (Math.Log10(value) - Math.Log10(Low)) / (Math.Log10(High) - Math.Log10(Low))
        : (value - Low) / (High - Low);

    /// <summary>An axis over <paramref name="values"/> with about <paramref name="most"/> ticks; logarithmic when they span more than three decades.</summary>
    public static Axis Over(
        IReadOnlyCollection<double> values,
        int most,
        string unit = "",
        double floor = double.NegativeInfinity,
        double ceiling = double.PositiveInfinity
    )
    {
        var (low, high) = values.Count == 0 ? (0, 1) : (values.Min(), values.Max());
        if (low > 0 && high / low > 1000)
        {
            return Logarithmic(low, high, unit);
        }

        // An axis that would begin just above its natural end begins there.
        if (low >= floor && low - floor < 0.2 * (high - floor))
        {
            return Linear(floor, Math.Min(high + (Margin * (high - floor)), Math.Max(ceiling, high)), most, unit);
        }

        var margin = high > low ? Margin * (high - low) : high == 0 ? 1 : Margin * Math.Abs(high);
        return Linear(Math.Max(low - margin, Math.Min(floor, low)), Math.Min(high + margin, Math.Max(ceiling, high)), most, unit);
    }

    /// <summary>From <paramref name="low"/> to <paramref name="high"/>, exactly.</summary>
    public static Axis Linear(double low, double high, int most, string unit = "")
    {
        var step = Step((high - low) / Math.Max(1, most));
        List<(double, string)> ticks = [];
        for (var i = Math.Ceiling((low / step) - 1e-9); i * step <= high + (1e-9 * step); i++)
        {
            ticks.Add((i * step, Label(i * step, step) + unit));
        }

        return new Axis(low, high, false, ticks);
    }

    private static Axis Logarithmic(double low, double high, string unit)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high)));
        var every = Math.Max(1, (last - first + 5) / 6);
        return new Axis(
            Math.Pow(10, first),
            Math.Pow(10, last),
            true,
            [.. Enumerable.Range(0, ((last - first) / every) + 1).Select(i => first + (i * every)).Select(power => (Math.Pow(10, power), Power(power) + unit))]
        );
    }

    /// <summary>1, 2 or 5 times a power of ten, at least <paramref name="least"/>.</summary>
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return Steps.Select(times => times * power).First(step => step >= least * (1 - 1e-9));
    }

    private static string Label(double value, double step)
    {
        var decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        var text = value != 0 && (decimals > 5 || Math.Abs(value) >= 1e6)
            ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
            : (value + 0.0).ToString("N" + (decimals > 5 ? 0 : decimals).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }

    private static string Power(int power) => power is >= -3 and <= 3
        ? Math.Pow(10, power).ToString("0.###", CultureInfo.InvariantCulture)
        : Math.Pow(10, power).ToString("0e0", CultureInfo.InvariantCulture).Replace('-', '−');
}
