using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>Sums over taps of blocks of tap-major matrices.</summary>
internal static class TapSums
{
    /// <summary>Σ_k M[(k,·),(k,·)].</summary>
    public static Matrix OfDiagonalBlocks(Matrix tapMajor, int taps)
    {
        var size = tapMajor.Rows / taps;
        var sum = new Matrix(size, size);
        for (var k = 0; k < taps; k++)
        {
            for (var i = 0; i < size; i++)
            {
                TensorPrimitives.Add(sum.Row(i), tapMajor.Row((k * size) + i).Slice(k * size, size), sum.Row(i));
            }
        }

        return sum;
    }
}
