using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Singular vectors and eigenvectors are defined up to a sign; a fixed choice makes results reproducible.</summary>
internal static class Signs
{
    /// <summary>Makes the entry of largest magnitude (the first of several) of each column positive; rows of <paramref name="partner"/> follow.</summary>
    public static void Fix(Matrix columns, Matrix? partner = null)
    {
        for (var j = 0; j < columns.Columns; j++)
        {
            var largest = 0;
            for (var i = 1; i < columns.Rows; i++)
            {
                if (Math.Abs(columns[i, j]) > Math.Abs(columns[largest, j]))
                {
                    largest = i;
                }
            }

            if (columns.Rows > 0 && columns[largest, j] < 0)
            {
                Flip(columns, partner, j);
            }
        }
    }

    /// <summary>Makes the diagonal of <paramref name="triangle"/>, R of a QR decomposition, non-negative; <paramref name="columns"/>, Q, follow.</summary>
    public static void FixDiagonal(Matrix columns, Matrix triangle)
    {
        for (var i = 0; i < triangle.Rows; i++)
        {
            if (triangle[i, i] < 0)
            {
                Flip(columns, triangle, i);
            }
        }
    }

    /// <summary>Changes the sign of one column, and of its partner's row.</summary>
    private static void Flip(Matrix columns, Matrix? partner, int index)
    {
        for (var i = 0; i < columns.Rows; i++)
        {
            columns[i, index] = -columns[i, index];
        }

        if (partner is not null)
        {
            TensorPrimitives.Negate(partner.Row(index), partner.Row(index));
        }
    }
}
