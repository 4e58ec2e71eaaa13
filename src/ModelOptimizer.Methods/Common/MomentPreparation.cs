using System.Globalization;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Common;

/// <summary>From what was measured to the Σ of the objective.</summary>
internal static class MomentPreparation
{
    // Fewer windows per direction leave directions unseen, which the minimiser would ignore.
    private const int WindowsPerDirection = 10;
    private const double LargestAutomaticShrink = 0.1;

    /// <summary>λ for <paramref name="windows"/> patches of length <paramref name="size"/>: 0 from 10 per direction on, rising to 0.1 at none.</summary>
    public static double AutomaticShrink(long windows, int size) =>
        LargestAutomaticShrink * Math.Max(0, 1 - ((double)windows / ((double)WindowsPerDirection * size)));

    /// <summary>What the report says about too few windows; null when there were enough.</summary>
    public static string? Note(long windows, int size, double? shrink)
    {
        if (windows >= (long)WindowsPerDirection * size)
        {
            return null;
        }

        var used = shrink ?? AutomaticShrink(windows, size);
        return string.Create(CultureInfo.InvariantCulture, $"{windows} windows for {size} directions: shrink {used:0.###}");
    }

    /// <summary>Σ, or C = Σ − μμᵀ, with (1−λ)·Σ + λ·(tr Σ/D)·I; the measured matrix itself where nothing is asked.</summary>
    public static Matrix Prepare(SecondMoment moment, int group, bool centred, double? shrink)
    {
        var measured = moment.Sigma[group];
        var lambda = shrink ?? AutomaticShrink(moment.Count, measured.Rows);
        if (!centred && lambda == 0)
        {
            return measured;
        }

        var sigma = measured.Clone();
        if (centred)
        {
            Centre(sigma, moment.Mean[group]);
        }

        Shrink(sigma, lambda);
        return sigma;
    }

    private static void Centre(Matrix sigma, double[] mean)
    {
        for (var i = 0; i < sigma.Rows; i++)
        {
            var row = sigma.Row(i);
            for (var j = 0; j < row.Length; j++)
            {
                row[j] -= mean[i] * mean[j];
            }
        }
    }

    private static void Shrink(Matrix sigma, double lambda)
    {
        var trace = 0.0;
        for (var i = 0; i < sigma.Rows; i++)
        {
            trace += sigma[i, i];
        }

        for (var i = 0; i < sigma.Rows; i++)
        {
            foreach (ref var value in sigma.Row(i))
            {
                value *= 1 - lambda;
            }

            sigma[i, i] += lambda * trace / sigma.Rows;
        }
    }
}
