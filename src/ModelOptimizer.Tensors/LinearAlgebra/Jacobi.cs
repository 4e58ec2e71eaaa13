using System.Numerics;
using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>One-sided Jacobi rotations.</summary>
internal static class Jacobi
{
    private const int MostSweeps = 12;
    private const double Tolerance = 2e-15;

    /// <summary>Rotates rows of <paramref name="a"/> against each other until they are orthogonal, and rows of <paramref name="partner"/> with them.</summary>
    /// <returns>Whether it converged.</returns>
    public static bool OrthogonaliseRows(Matrix a, Matrix partner)
    {
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var rotations = 0;
            for (var i = 0; i < a.Rows; i++)
            {
                for (var j = i + 1; j < a.Rows; j++)
                {
                    rotations += Orthogonalise(a, partner, i, j) ? 1 : 0;
                }
            }

            if (rotations == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Orthogonalise(Matrix a, Matrix partner, int i, int j)
    {
        var x = a.Row(i);
        var y = a.Row(j);
        var xy = TensorPrimitives.Dot<double>(x, y);
        var (xx, yy) = (TensorPrimitives.SumOfSquares<double>(x), TensorPrimitives.SumOfSquares<double>(y));
        if (Math.Abs(xy) <= Tolerance * Math.Sqrt(xx) * Math.Sqrt(yy))
        {
            return false;
        }

        // The smaller root of t² + 2ζt − 1 = 0 turns by at most 45°.
        var zeta = (yy - xx) / (2 * xy);
        var t = Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
        var cosine = 1 / Math.Sqrt(1 + (t * t));
        Rotate(x, y, cosine, cosine * t);
        Rotate(partner.Row(i), partner.Row(j), cosine, cosine * t);
        return true;
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
}
