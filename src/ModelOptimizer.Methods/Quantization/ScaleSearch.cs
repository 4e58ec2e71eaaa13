using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// The scale of each output channel: of 40 between a part of max|w| / <see cref="WeightFormat.Highest"/> and the whole, the one with the least
/// Σ_d Σ_dd·(w_d − ŵ_d)², ŵ the nearest numbers of the grid. A smaller scale cuts off the largest weights and is finer for the others.
/// </summary>
internal static class ScaleSearch
{
    private const int Candidates = 40;
    private const double LeastShare = 0.35;

    // With one step up from zero the best step is far below the largest weight.
    private const double LeastShareOfOneStep = 0.1;

    /// <summary>One scale for each row, or each block of a row.</summary>
    /// <param name="weight">W, T×D, finite.</param>
    /// <param name="importance">From a row to the D weights of its squared errors, none negative; null weighs all alike.</param>
    /// <param name="format">The grid.</param>
    /// <param name="block">How many columns of a row have one scale (<see cref="ScaleBlocks"/>); null for all.</param>
    /// <returns>The scales in float32; 0 for zeros only.</returns>
    public static float[] Choose(Matrix weight, Func<int, double[]?> importance, WeightFormat format, int? block = null)
    {
        var blocks = new ScaleBlocks(weight.Columns, block);
        var scales = new float[weight.Rows * blocks.Count];
        Parallel.For(0, weight.Rows, row =>
        {
            var weights = importance(row);
            for (var i = 0; i < blocks.Count; i++)
            {
                var (start, length) = (i * blocks.Width, Math.Min(blocks.Width, weight.Columns - (i * blocks.Width)));
                scales[(row * blocks.Count) + i] = Best(weight.Row(row).Slice(start, length), weights is null ? [] : weights.AsSpan(start, length), format);
            }
        });
        return scales;
    }

    /// <summary>
    /// The nearest number with eight significant bits: codes are chosen for the scale, which need not be exact, and the zeros behind it are nothing in a
    /// compressed file.
    /// </summary>
    public static float Short(double scale)
    {
        var rounded = BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits((float)scale) + 0x8000) & 0xFFFF0000);
        // The smallest numbers that there are have fewer digits, and above the largest there is none.
        return float.IsNormal((float)scale) && float.IsFinite(rounded) ? rounded : (float)scale;
    }

    /// <summary>The same scale for every row, which cuts nothing off.</summary>
    public static float[] One(Matrix weight, WeightFormat format) =>
        [.. Enumerable.Repeat(Short(Math.Abs(TensorPrimitives.MaxMagnitude<double>(weight.Values)) / format.Highest), weight.Rows)];

    private static float Best(ReadOnlySpan<double> weight, ReadOnlySpan<double> importance, WeightFormat format)
    {
        var largest = 0.0;
        foreach (var value in weight)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        var whole = largest / format.Highest;
        var least = format.Highest == 1 ? LeastShareOfOneStep : LeastShare;
        var (best, error) = (Short(whole), double.PositiveInfinity);
        // From the largest down: a draw cuts nothing off.
        for (var i = Candidates - 1; i >= 0 && whole > 0; i--)
        {
            var scale = Short(whole * (least + ((1 - least) * i / (Candidates - 1))));
            if (scale > 0 && Error(weight, importance, format, scale, error) is var found && found < error)
            {
                (best, error) = (scale, found);
            }
        }

        return best;
    }

    // Ends as soon as it is above the best so far.
    private static double Error(ReadOnlySpan<double> weight, ReadOnlySpan<double> importance, WeightFormat format, float scale, double limit)
    {
        const int Stretch = 64;
        var error = 0.0;
        for (var start = 0; start < weight.Length && error < limit; start += Stretch)
        {
            var end = Math.Min(start + Stretch, weight.Length);
            for (var d = start; d < end; d++)
            {
                var difference = weight[d] - (format.Code(weight[d], scale) * (double)scale);
                error += difference * difference * (importance.IsEmpty ? 1 : importance[d]);
            }
        }

        return error;
    }
}

/// <summary>The best scales for given codes: (w − s·q)·Σ·(w − s·q)ᵀ is least at s = w·Σ·qᵀ / q·Σ·qᵀ.</summary>
internal static class FittedScales
{
    /// <summary>Replaces the scales of <paramref name="rows"/> rows of W.</summary>
    /// <param name="times">From rows to rows·Σ.</param>
    /// <param name="weight">W, T×D.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="scales">A scale for each row of W; those that no better one is known for stay.</param>
    /// <param name="codes">T×D codes.</param>
    /// <returns>Each row's squared error less w·Σ·wᵀ, which codes and scales do not change.</returns>
    public static double[] Fit(Func<Matrix, Matrix> times, Matrix weight, int first, int rows, float[] scales, sbyte[] codes)
    {
        var size = weight.Columns;
        var part = new Matrix(rows, size, Array.ConvertAll(codes[(first * size)..((first + rows) * size)], code => (double)code));
        var product = times(part);
        var errors = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            var along = TensorPrimitives.Dot<double>(weight.Row(first + i), product.Row(i));
            var energy = TensorPrimitives.Dot<double>(part.Row(i), product.Row(i));
            // A scale below zero would turn the grid around.
            if (energy > 0 && along > 0)
            {
                scales[first + i] = ScaleSearch.Short(along / energy);
            }

            double scale = scales[first + i];
            errors[i] = (scale * scale * energy) - (2 * scale * along);
        }

        return errors;
    }
}
