namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>How the ends of a tensor's range follow from the numbers that were seen.</summary>
internal enum RangeRule
{
    /// <summary>The least and the largest number.</summary>
    Minmax,

    /// <summary>So that one number of ten thousand lies outside.</summary>
    Percentile,

    /// <summary>So that the squared error of all numbers is least.</summary>
    Mse,
}

/// <summary>The grid of a tensor: (q − <paramref name="ZeroPoint"/>)·<paramref name="Scale"/> for q from 0 to 255.</summary>
/// <param name="Scale">The step.</param>
/// <param name="ZeroPoint">The code of 0.</param>
internal readonly record struct ActivationGrid(float Scale, byte ZeroPoint)
{
    private const int Highest = byte.MaxValue;

    /// <summary>The grid over a range, which is widened to contain 0: padding and Relu need that number.</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <param name="limit">What no number of the grid may exceed; null for no limit.</param>
    public static ActivationGrid Of(double low, double high, float? limit = null)
    {
        (low, high) = (Math.Min(0, low), Math.Max(0, high));
        var scale = (float)((high - low) / Highest);
        if (!float.IsNormal(scale))
        {
            return new(1, 0);
        }

        while (limit is { } most && Highest * scale > most)
        {
            scale = MathF.BitDecrement(scale);
        }

        return new(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Highest));
    }

    /// <summary>The number of the grid nearest to <paramref name="value"/>.</summary>
    public double Round(double value) => (Math.Clamp(Math.Round(value / Scale) + ZeroPoint, 0, Highest) - ZeroPoint) * Scale;
}

/// <summary>
/// Counts numbers in bins of one width on both sides of 0. Where a number lies beyond the last bin, neighbours are joined and the width doubles: what is kept
/// does not grow with what is counted.
/// </summary>
internal sealed class RangeHistogram
{
    private const int Bins = 2048;
    private const double Outside = 1e-4;
    private const int Candidates = 64;

    private readonly long[] _positive = new long[Bins];
    private readonly long[] _negative = new long[Bins];
    private double _width;
    private float _low = float.PositiveInfinity;
    private float _high = float.NegativeInfinity;

    /// <summary>Adds the numbers; false when some are not finite.</summary>
    public bool Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return true;
        }

        var (low, high) = (System.Numerics.Tensors.TensorPrimitives.Min(values), System.Numerics.Tensors.TensorPrimitives.Max(values));
        if (!float.IsFinite(low) || !float.IsFinite(high))
        {
            return false;
        }

        (_low, _high) = (Math.Min(_low, low), Math.Max(_high, high));
        Widen(Math.Max(Math.Abs(low), Math.Abs(high)));
        var perWidth = 1 / _width;
        foreach (var value in values)
        {
            var bin = (int)Math.Min(Bins - 1, Math.Abs(value) * perWidth);
            (value < 0 ? _negative : _positive)[bin]++;
        }

        return true;
    }

    /// <summary>The ends of the range.</summary>
    public (double Low, double High) Range(RangeRule rule) => rule switch
    {
        _ when _low > _high => (0, 0),
        RangeRule.Percentile => Percentile(),
        RangeRule.Mse => LeastError(),
        _ => (_low, _high),
    };

    private void Widen(double magnitude)
    {
        if (_width == 0)
        {
            // A power of two, so that joined bins end where wider ones would.
            _width = Math.ScaleB(1, Math.Max(-100, Math.ILogB(Math.Max(magnitude, float.Epsilon)) + 1)) / Bins;
        }

        while (magnitude > _width * Bins)
        {
            Join(_positive);
            Join(_negative);
            _width *= 2;
        }
    }

    private static void Join(long[] bins)
    {
        for (var i = 0; i < Bins / 2; i++)
        {
            bins[i] = bins[2 * i] + bins[(2 * i) + 1];
        }

        Array.Clear(bins, Bins / 2, Bins / 2);
    }

    // Half of what may lie outside on each side.
    private (double Low, double High) Percentile()
    {
        var most = (long)((_positive.Sum() + _negative.Sum()) * Outside / 2);
        double End(long[] bins, double end)
        {
            var (outside, bin) = (0L, Bins - 1);
            while (bin > 0 && outside + bins[bin] <= most)
            {
                outside += bins[bin--];
            }

            return Math.Min((bin + 1) * _width, Math.Abs(end));
        }

        return (_low < 0 ? -End(_negative, _low) : _low, _high > 0 ? End(_positive, _high) : _high);
    }

    private (double Low, double High) LeastError()
    {
        var (best, least) = ((Low: (double)_low, High: (double)_high), double.PositiveInfinity);
        for (var candidate = Candidates; candidate > Candidates / 4; candidate--)
        {
            var share = (double)candidate / Candidates;
            var grid = ActivationGrid.Of(_low * share, _high * share);
            var error = 0.0;
            for (var bin = 0; bin < Bins; bin++)
            {
                var centre = (bin + 0.5) * _width;
                error += Squared(_positive[bin], centre) + Squared(_negative[bin], -centre);
            }

            if (error < least)
            {
                (least, best) = (error, (_low * share, _high * share));
            }

            double Squared(long count, double value) => count == 0 ? 0 : count * Math.Pow(value - grid.Round(value), 2);
        }

        return best;
    }
}
