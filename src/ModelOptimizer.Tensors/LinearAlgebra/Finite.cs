using System.Numerics.Tensors;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>What iterations need to end: libraries differ in what they do with NaN, from wrong numbers to endless loops.</summary>
internal static class Finite
{
    /// <summary>The largest magnitude of an entry; zero without entries.</summary>
    /// <exception cref="ArgumentException">An entry is no finite number.</exception>
    public static double Largest(Matrix a) => Check(a, Magnitude(a.Values));

    /// <summary>The largest magnitude in the lower triangle of a symmetric matrix.</summary>
    /// <exception cref="ArgumentException">The matrix is not square, or an entry there is no finite number.</exception>
    public static double LargestOfLower(Matrix a)
    {
        if (a.Rows != a.Columns)
        {
            throw new ArgumentException($"A {a.Rows}×{a.Columns} matrix is not symmetric.", nameof(a));
        }

        var largest = 0.0;
        for (var i = 0; i < a.Rows; i++)
        {
            largest = Math.Max(largest, Magnitude(a.Row(i)[..(i + 1)]));
        }

        return Check(a, largest);
    }

    /// <summary>A power of two that makes the largest magnitude about one, so that squares neither overflow nor vanish.</summary>
    public static double Scale(double largest) => largest == 0 ? 1 : Math.ScaleB(1, Math.Min(1000, -Math.ILogB(largest)));

    private static double Magnitude(ReadOnlySpan<double> numbers) => numbers.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(numbers));

    private static double Check(Matrix a, double largest) => double.IsFinite(largest)
        ? largest
        : throw new NotFiniteException($"A {a.Rows}×{a.Columns} matrix with {largest} among its entries has no decomposition.");
}

/// <summary>A matrix has an entry that is no finite number.</summary>
internal sealed class NotFiniteException(string message) : ArgumentException(message);
