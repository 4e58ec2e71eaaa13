using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>CP by its definition, index by index and without any of the product's short cuts. Kernels are channel-major.</summary>
internal static class PlainCp
{
    /// <summary>W~[t,(s,k)] = Σ_r U_T[t,r]·U_S[s,r]·Π_a U_a[k_a,r], the last axis fastest.</summary>
    public static Matrix Reconstruct(CpFactors factors)
    {
        var taps = factors.Axes.Aggregate(1, (product, axis) => product * axis.Rows);
        var kernel = new Matrix(factors.Output.Rows, factors.Input.Rows * taps);
        for (var t = 0; t < kernel.Rows; t++)
        {
            for (var column = 0; column < kernel.Columns; column++)
            {
                for (var r = 0; r < factors.Rank; r++)
                {
                    kernel[t, column] += factors.Output[t, r] * factors.Input[column / taps, r] * Tap(factors, column % taps, r);
                }
            }
        }

        return kernel;
    }

    public static CpFactors Random(Random64 random, int outputs, int inputs, IReadOnlyList<int> axes, int rank) =>
        new(random.Matrix(outputs, rank), random.Matrix(inputs, rank), [.. axes.Select(extent => random.Matrix(extent, rank))]);

    /// <summary>
    /// One block of ordinary CP-ALS: the kernel's unfolding times the Khatri-Rao product, by the inverse of the product of the others' Gram matrices.
    /// </summary>
    /// <param name="weight">The kernel.</param>
    /// <param name="parts">U_T, U_S and the axes' factors.</param>
    /// <param name="block">Which of them is solved for.</param>
    public static Matrix Block(Matrix weight, IReadOnlyList<Matrix> parts, int block)
    {
        int[] extents = [.. parts.Select(part => part.Rows)];
        var rank = parts[0].Columns;
        var right = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(extents[block], rank);
        for (var flat = 0; flat < weight.Values.Length; flat++)
        {
            var index = new int[extents.Length];
            var rest = flat;
            for (var mode = extents.Length - 1; mode >= 0; mode--)
            {
                (rest, index[mode]) = Math.DivRem(rest, extents[mode]);
            }

            for (var r = 0; r < rank; r++)
            {
                right[index[block], r] +=
                    weight.Values[flat]
                    * Enumerable.Range(0, extents.Length).Where(mode => mode != block).Aggregate(1.0, (product, mode) => product * parts[mode][index[mode], r]);
            }
        }

        var gram = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(rank, rank, (r, q) =>
            parts
                .Where((_, mode) => mode != block)
                .Aggregate(1.0, (product, part) => product * Enumerable.Range(0, part.Rows).Sum(row => part[row, r] * part[row, q]))
        );
        var solved = right * gram.Inverse();
        var result = new Matrix(extents[block], rank);
        for (var row = 0; row < result.Rows; row++)
        {
            for (var r = 0; r < rank; r++)
            {
                result[row, r] = solved[row, r];
            }
        }

        return result;
    }

    public static double Tap(CpFactors factors, int tap, int component)
    {
        var product = 1.0;
        for (var axis = factors.Axes.Count - 1; axis >= 0; axis--)
        {
            (tap, var place) = Math.DivRem(tap, factors.Axes[axis].Rows);
            product *= factors.Axes[axis][place, component];
        }

        return product;
    }
}
