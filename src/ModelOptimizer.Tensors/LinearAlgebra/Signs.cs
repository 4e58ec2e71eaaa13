using System.Numerics;
using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Singular vectors and eigenvectors are defined up to a sign; a fixed choice makes results reproducible.</summary>
internal static class Signs
{
    /// <summary>Makes the entry of largest magnitude (the first of several) of each column positive; rows of <paramref name="partner"/> follow.</summary>
    public static void Fix(Matrix columns, Matrix? partner = null)
    {
        var peaks = new double[columns.Columns];
        for (var i = 0; i < columns.Rows; i++)
        {
            Peaks(columns.Row(i), peaks);
        }

        Flip(columns, partner, peaks);
    }

    /// <summary>Makes the diagonal of <paramref name="triangle"/>, R of a QR decomposition, non-negative; <paramref name="columns"/>, Q, follow.</summary>
    public static void FixDiagonal(Matrix columns, Matrix triangle)
    {
        var diagonal = new double[columns.Columns];
        for (var i = 0; i < triangle.Rows; i++)
        {
            diagonal[i] = triangle[i, i];
        }

        Flip(columns, triangle, diagonal);
    }

    /// <summary>Puts the entries of <paramref name="row"/> that are larger in magnitude than the columns' peaks so far in their place.</summary>
    public static void Peaks(ReadOnlySpan<double> row, Span<double> peaks)
    {
        var i = 0;
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var (entry, peak) = (new Vector<double>(row[i..]), new Vector<double>(peaks[i..]));
            Vector.ConditionalSelect(Vector.GreaterThan(Vector.Abs(entry), Vector.Abs(peak)), entry, peak).CopyTo(peaks[i..]);
        }

        for (; i < row.Length; i++)
        {
            peaks[i] = Math.Abs(row[i]) > Math.Abs(peaks[i]) ? row[i] : peaks[i];
        }
    }

    /// <summary><paramref name="row"/> with the signs changed where the column's peak is negative.</summary>
    public static void Apply(ReadOnlySpan<double> row, ReadOnlySpan<double> peaks, Span<double> result)
    {
        var i = 0;
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var (entry, peak) = (new Vector<double>(row[i..]), new Vector<double>(peaks[i..]));
            Vector.ConditionalSelect(Vector.LessThan(peak, Vector<double>.Zero), -entry, entry).CopyTo(result[i..]);
        }

        for (; i < row.Length; i++)
        {
            result[i] = peaks[i] < 0 ? -row[i] : row[i];
        }
    }

    private static void Flip(Matrix columns, Matrix? partner, double[] signs)
    {
        for (var i = 0; i < columns.Rows; i++)
        {
            Apply(columns.Row(i), signs, columns.Row(i));
        }

        for (var i = 0; partner is not null && i < signs.Length; i++)
        {
            if (signs[i] < 0)
            {
                TensorPrimitives.Negate(partner.Row(i), partner.Row(i));
            }
        }
    }
}
