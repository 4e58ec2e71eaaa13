using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Common;

/// <summary>
/// Element-wise work on large matrices, row by row on all cores; sums are added in the order of the rows, so that they do not depend on the number of cores.
/// </summary>
internal static class Elements
{
    /// <summary>Runs <paramref name="row"/> for every row and adds what it returns.</summary>
    public static double Sum(int rows, Func<int, double> row)
    {
        var sums = new double[rows];
        Parallel.For(0, rows, i => sums[i] = row(i));
        return TensorPrimitives.Sum<double>(sums);
    }

    /// <summary>‖a − b‖².</summary>
    public static double SquaredDistance(Matrix a, Matrix b) => Sum(a.Rows, i =>
    {
        var distance = TensorPrimitives.Distance<double>(a.Row(i), b.Row(i));
        return distance * distance;
    });

    /// <summary>max(u, 0), or a copy.</summary>
    public static Matrix Activation(Matrix u, bool relu)
    {
        var result = new Matrix(u.Rows, u.Columns);
        Activate(u, relu, result);
        return result;
    }

    /// <summary>The same, written into <paramref name="result"/>.</summary>
    public static void Activate(Matrix u, bool relu, Matrix result) => Parallel.For(0, u.Rows, i =>
    {
        if (relu)
        {
            TensorPrimitives.Max(u.Row(i), 0, result.Row(i));
        }
        else
        {
            u.Row(i).CopyTo(result.Row(i));
        }
    });

    /// <summary>Adds one number to each row.</summary>
    public static void AddToRows(Matrix matrix, double[] numbers) =>
        Parallel.For(0, matrix.Rows, i => TensorPrimitives.Add(matrix.Row(i), numbers[i], matrix.Row(i)));

    /// <summary>The sums of the rows.</summary>
    public static double[] RowSums(Matrix matrix)
    {
        var sums = new double[matrix.Rows];
        Parallel.For(0, matrix.Rows, i => sums[i] = TensorPrimitives.Sum<double>(matrix.Row(i)));
        return sums;
    }
}
