using System.Numerics;
using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>One-sided Jacobi rotations (Hestenes 1958; Golub and Van Loan 8.6.3).</summary>
internal static class Jacobi
{
    private const int MostSweeps = 60;
    private const double Rounding = 1.1102230246251565e-16;
    private const int PairsOfTask = 16;

    /// <summary>Rotates rows of <paramref name="a"/> against each other until they are orthogonal, and rows of <paramref name="partner"/> with them.</summary>
    /// <exception cref="ArithmeticException">They do not become so.</exception>
    public static void OrthogonaliseRows(ILinearAlgebra algebra, Matrix a, Matrix partner)
    {
        // About what the sum of so many products errs by.
        var tolerance = 4 * Rounding * Math.Sqrt(Math.Max(16, a.Columns));
        using var workers = Workers.For(a.Rows);
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            // Products find the pairs; in a matrix that is nearly diagonal they are few.
            var gram = algebra.Gram(a);
            double[] lengths = [.. Enumerable.Range(0, a.Rows).Select(i => Math.Sqrt(gram[i, i]))];
            if (!Sweep(workers, a, partner, (i, j) => Math.Abs(gram[i, j]) > tolerance * lengths[i] * lengths[j]))
            {
                return;
            }
        }

        throw new ArithmeticException("The Jacobi iteration did not converge.");
    }

    /// <summary>Turns two rows: x = c·x − s·y, y = s·x + c·y.</summary>
    public static void Rotate(Span<double> x, Span<double> y, double cosine, double sine)
    {
        var k = 0;
        for (; k <= x.Length - Vector<double>.Count; k += Vector<double>.Count)
        {
            var (p, q) = (new Vector<double>(x[k..]), new Vector<double>(y[k..]));
            ((cosine * p) - (sine * q)).CopyTo(x[k..]);
            ((sine * p) + (cosine * q)).CopyTo(y[k..]);
        }

        for (; k < x.Length; k++)
        {
            (x[k], y[k]) = ((cosine * x[k]) - (sine * y[k]), (sine * x[k]) + (cosine * y[k]));
        }
    }

    // Every row meets every other once, in rounds of pairs without a common row (a round robin: all but the first move by one place).
    private static bool Sweep(Workers workers, Matrix a, Matrix partner, Func<int, int, bool> isOpen)
    {
        var places = a.Rows + (a.Rows % 2);
        var pairs = new List<(int I, int J)>(places / 2);
        var any = false;
        for (var round = 0; round < places - 1; round++)
        {
            pairs.Clear();
            for (var k = 0; k < places / 2; k++)
            {
                var (i, j) = (Seat(k, round, places), Seat(places - 1 - k, round, places));
                (i, j) = (Math.Min(i, j), Math.Max(i, j));
                if (j < a.Rows && isOpen(i, j))
                {
                    pairs.Add((i, j));
                }
            }

            any |= pairs.Count > 0;
            workers.Run((pairs.Count + PairsOfTask - 1) / PairsOfTask, task =>
            {
                for (var pair = task * PairsOfTask; pair < Math.Min((task + 1) * PairsOfTask, pairs.Count); pair++)
                {
                    Orthogonalise(a, partner, pairs[pair].I, pairs[pair].J);
                }
            });
        }

        return any;
    }

    private static int Seat(int place, int round, int places) => place == 0 ? 0 : 1 + ((place - 1 + round) % (places - 1));

    private static void Orthogonalise(Matrix a, Matrix partner, int i, int j)
    {
        var x = a.Row(i);
        var y = a.Row(j);
        var xy = TensorPrimitives.Dot<double>(x, y);
        if (xy == 0)
        {
            return;
        }

        // The smaller root of t² + 2ζt − 1 = 0 turns by at most 45°.
        var zeta = (TensorPrimitives.SumOfSquares<double>(y) - TensorPrimitives.SumOfSquares<double>(x)) / (2 * xy);
        var t = Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
        var cosine = 1 / Math.Sqrt(1 + (t * t));
        Rotate(x, y, cosine, cosine * t);
        Rotate(partner.Row(i), partner.Row(j), cosine, cosine * t);
    }
}
