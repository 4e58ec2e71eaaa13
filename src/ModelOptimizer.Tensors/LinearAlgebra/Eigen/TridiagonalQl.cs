namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>The implicit QL iteration for small tridiagonal matrices (Bowdler, Martin, Reinsch and Wilkinson 1968; Golub and Van Loan 8.3.5).</summary>
internal static class TridiagonalQl
{
    private const double Rounding = 1.1102230246251565e-16;
    private const int MostIterations = 100;

    /// <summary>
    /// Overwrites <paramref name="d"/> with the eigenvalues, rising, and turns the rows of <paramref name="vectors"/> like unit vectors into eigenvectors.
    /// </summary>
    /// <param name="d">The diagonal.</param>
    /// <param name="beside">What is beside it, one shorter.</param>
    /// <param name="vectors">One row for each entry of <paramref name="d"/>: of the identity all columns, or those wanted.</param>
    public static void Solve(Span<double> d, ReadOnlySpan<double> beside, Matrix vectors)
    {
        Span<double> e = stackalloc double[d.Length];
        beside.CopyTo(e);
        for (var l = 0; l < d.Length; l++)
        {
            for (var iteration = 0; Unreduced(d, e, l) is var m && m > l; iteration++)
            {
                if (iteration == MostIterations)
                {
                    throw new ArithmeticException("The QL iteration did not converge.");
                }

                Sweep(d, e, l, m, vectors);
            }
        }

        Sort(d, vectors);
    }

    // The end of the block that begins at l.
    private static int Unreduced(ReadOnlySpan<double> d, ReadOnlySpan<double> e, int l)
    {
        var m = l;
        while (m < d.Length - 1 && Math.Abs(e[m]) > Rounding * (Math.Abs(d[m]) + Math.Abs(d[m + 1])))
        {
            m++;
        }

        return m;
    }

    private static void Sweep(Span<double> d, Span<double> e, int l, int m, Matrix vectors)
    {
        var g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(Length(g, 1), g)));
        double sine = 1, cosine = 1, p = 0;
        for (var i = m - 1; i >= l; i--)
        {
            var (f, b) = (sine * e[i], cosine * e[i]);
            var r = Length(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }

            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - p;
            r = ((d[i] - g) * sine) + (2 * cosine * b);
            p = sine * r;
            d[i + 1] = g + p;
            g = (cosine * r) - b;
            Jacobi.Rotate(vectors.Row(i), vectors.Row(i + 1), cosine, sine);
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    // √(x² + y²) whatever their size: the rotations are orthogonal for the smallest numbers too.
    private static double Length(double x, double y)
    {
        var (large, small) = (Math.Max(Math.Abs(x), Math.Abs(y)), Math.Min(Math.Abs(x), Math.Abs(y)));
        return small == 0 ? large : large * Math.Sqrt(1 + (small / large * (small / large)));
    }

    private static void Sort(Span<double> d, Matrix vectors)
    {
        var values = d.ToArray();
        int[] order = [.. Enumerable.Range(0, d.Length).OrderBy(i => values[i])];
        var copy = vectors.Clone();
        for (var i = 0; i < order.Length; i++)
        {
            d[i] = values[order[i]];
            copy.Row(order[i]).CopyTo(vectors.Row(i));
        }
    }
}
