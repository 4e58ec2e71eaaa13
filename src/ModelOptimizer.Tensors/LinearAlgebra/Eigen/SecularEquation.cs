using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>
/// The eigenvalues of diag(d) + ρ·z·zᵀ, d rising strictly, z without zeros, ρ > 0: one root of 1 + ρ·Σ zᵢ²/(dᵢ − λ) above each dᵢ (Golub and Van Loan 8.4.3).
/// Between its two poles the function is replaced by one with the same poles, value and slope, whose root is the next guess (Li 1993, LAPACK Working Note 89);
/// bisection where that leaves the bracket.
/// </summary>
internal sealed class SecularEquation(double[] d, double[] z, double rho)
{
    private const double Rounding = 1.1102230246251565e-16;
    private const int MostSteps = 100;

    private readonly double[] _weights = [.. z.Select(value => rho * value * value)];

    /// <summary>The root above d's entry <paramref name="index"/>; all dᵢ − λ go to <paramref name="gaps"/>, each to full relative accuracy.</summary>
    public double Root(int index, Span<double> gaps)
    {
        if (d.Length == 1)
        {
            gaps[0] = -_weights[0];
            return d[0] + _weights[0];
        }

        var last = index == d.Length - 1;
        var width = last ? TensorPrimitives.Sum<double>(_weights) : d[index + 1] - d[index];
        // λ is an offset from the nearer pole: the difference of both does not cancel.
        var origin = index;
        var offset = width / 2;
        TensorPrimitives.Subtract(d, d[origin], gaps);
        var sums = Evaluate(gaps, last ? index - 1 : index, offset);
        var (low, high) = (0.0, last ? width : offset);
        if (sums.Value < 0 && !last)
        {
            origin = index + 1;
            TensorPrimitives.Subtract(d, d[origin], gaps);
            (low, high, offset) = (-offset, 0, -offset);
        }

        // The poles that the replacement has: those on both sides, or the last two.
        var pole = last ? index - 1 : index;
        for (var step = 0; step < MostSteps && Math.Abs(sums.Value) > 8 * Rounding * sums.Size; step++)
        {
            (low, high) = sums.Value > 0 ? (low, offset) : (offset, high);
            if (high - low <= 2 * Rounding * Math.Max(Math.Abs(low), Math.Abs(high)))
            {
                break;
            }

            var next = offset + Step(gaps[pole] - offset, gaps[pole + 1] - offset, sums, last);
            offset = next > low && next < high ? next : (low + high) / 2;
            sums = Evaluate(gaps, pole, offset);
        }

        TensorPrimitives.Subtract(gaps, offset, gaps);
        return d[origin] + offset;
    }

    /// <summary>
    /// The z for which the computed roots are exact eigenvalues (Löwner; Gu and Eisenstat 1994, eq. 3.3): its vectors are orthogonal however near the roots are
    /// to each other. One range of it, from all dᵢ − λⱼ, row j those of root j.
    /// </summary>
    public void Exact(RowBlock gaps, int from, Span<double> exact)
    {
        var count = d.Length;
        // (λ_last − dᵢ)·Πⱼ (λⱼ − dᵢ)/(d − dᵢ), each λⱼ with a d beside it, so that every factor is about one; a common factor does not matter.
        TensorPrimitives.Negate(gaps.Row(count - 1).Slice(from, exact.Length), exact);
        for (var j = 0; j < count - 1; j++)
        {
            var row = gaps.Row(j).Slice(from, exact.Length);
            // Root j lies between d_j and d_{j+1}: with d_j for the entries after j, with d_{j+1} for the others.
            var after = Math.Clamp(j + 1 - from, 0, exact.Length);
            Scale(exact[after..], row[after..], d.AsSpan(from + after), d[j]);
            Scale(exact[..after], row[..after], d.AsSpan(from), d[j + 1]);
        }

        for (var i = 0; i < exact.Length; i++)
        {
            exact[i] = Math.CopySign(Math.Sqrt(Math.Abs(exact[i])), z[from + i]);
        }
    }

    // values·(gapᵢ)/(dᵢ − pole)
    private static void Scale(Span<double> values, ReadOnlySpan<double> gaps, ReadOnlySpan<double> d, double pole)
    {
        var i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(values[i..]) * (new Vector<double>(gaps[i..]) / (new Vector<double>(d[i..]) - new Vector<double>(pole)))).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] *= gaps[i] / (d[i] - pole);
        }
    }

    private static double Step(double near, double far, Sums sums, bool last)
    {
        var slope = sums.SlopeBelow + sums.SlopeAbove;
        var a = ((near + far) * sums.Value) - (near * far * slope);
        var b = near * far * sums.Value;
        var c = sums.Value - (near * sums.SlopeBelow) - (far * sums.SlopeAbove);
        c = last ? Math.Abs(c) : c;
        var root = Math.Sqrt(Math.Abs((a * a) - (4 * b * c)));
        return last
            ? a >= 0 ? (a + root) / (2 * c) : 2 * b / (a - root)
            : a <= 0 ? (a - root) / (2 * c) : 2 * b / (a + root);
    }

    private Sums Evaluate(ReadOnlySpan<double> gaps, int pole, double offset)
    {
        var (below, slopeBelow) = Partial(gaps, 0, pole + 1, offset);
        var (above, slopeAbove) = Partial(gaps, pole + 1, gaps.Length, offset);
        return new(1 + below + above, 1 + Math.Abs(below) + Math.Abs(above), slopeBelow, slopeAbove);
    }

    private (double Sum, double Slope) Partial(ReadOnlySpan<double> gaps, int from, int to, double offset)
    {
        var width = Vector<double>.Count;
        ref var gap = ref MemoryMarshal.GetReference(gaps);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(_weights);
        var at = new Vector<double>(offset);
        var (first, second) = (Vector<double>.Zero, Vector<double>.Zero);
        var (slope, other) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = from;
        for (; i + (2 * width) <= to; i += 2 * width)
        {
            var p = Vector<double>.One / (Vector.LoadUnsafe(ref gap, (nuint)i) - at);
            var q = Vector<double>.One / (Vector.LoadUnsafe(ref gap, (nuint)(i + width)) - at);
            var (s, t) = (Vector.LoadUnsafe(ref weight, (nuint)i) * p, Vector.LoadUnsafe(ref weight, (nuint)(i + width)) * q);
            (first, second) = (first + s, second + t);
            (slope, other) = (Vector.FusedMultiplyAdd(s, p, slope), Vector.FusedMultiplyAdd(t, q, other));
        }

        var (sum, sumOfSlopes) = (Vector.Sum(first + second), Vector.Sum(slope + other));
        for (; i < to; i++)
        {
            var p = 1 / (Unsafe.Add(ref gap, i) - offset);
            var s = Unsafe.Add(ref weight, i) * p;
            sum += s;
            sumOfSlopes += s * p;
        }

        return (sum, sumOfSlopes);
    }

    /// <summary>
    /// The function, the sum of its terms' sizes, and the slopes of the terms with poles up to the nearest below the root and of those above.
    /// </summary>
    private readonly record struct Sums(double Value, double Size, double SlopeBelow, double SlopeAbove);
}
