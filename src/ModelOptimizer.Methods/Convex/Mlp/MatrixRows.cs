namespace ModelOptimizer.Methods.Convex;

/// <summary>Rows of a matrix by their numbers.</summary>
internal static class MatrixRows
{
    /// <summary>The rows at <paramref name="indices"/>, copied.</summary>
    public static Matrix RowsAt(this Matrix matrix, IReadOnlyList<int> indices)
    {
        var rows = new Matrix(indices.Count, matrix.Columns);
        for (var j = 0; j < indices.Count; j++)
        {
            matrix.Row(indices[j]).CopyTo(rows.Row(j));
        }

        return rows;
    }

    /// <summary>The numbers of the rows that are not zero.</summary>
    public static IReadOnlyList<int> NonZeroRows(this Matrix matrix) => [.. Enumerable.Range(0, matrix.Rows).Where(j => matrix.Row(j).ContainsAnyExcept(0))];
}
