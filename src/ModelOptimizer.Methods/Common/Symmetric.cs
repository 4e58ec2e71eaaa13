namespace ModelOptimizer.Methods.Common;

/// <summary>Removes the asymmetry that rounding leaves in a symmetric matrix.</summary>
internal static class Symmetric
{
    /// <summary>(M + Mᵀ)/2, in place.</summary>
    public static Matrix Mean(Matrix matrix)
    {
        for (var i = 0; i < matrix.Rows; i++)
        {
            for (var j = 0; j < i; j++)
            {
                matrix[i, j] = matrix[j, i] = (matrix[i, j] + matrix[j, i]) / 2;
            }
        }

        return matrix;
    }
}
