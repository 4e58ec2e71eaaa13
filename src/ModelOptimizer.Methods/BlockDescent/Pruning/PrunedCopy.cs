namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>𝒞 = matrices with at most k numbers that are not zero. Keeping the k largest is the exact projection.</summary>
internal sealed class PrunedCopy : WeightCopy
{
    private readonly int _kept;
    private Matrix _value;

    public PrunedCopy(Matrix weight, int kept)
    {
        _kept = kept;
        _value = LargestEntries.Of(weight, kept);
    }

    public override Matrix Value => _value;

    public override double Update(Matrix weight, bool safeguard)
    {
        var value = LargestEntries.Of(weight, _kept);
        var change = Elements.SquaredDistance(value, _value);
        _value = value;
        return change;
    }
}

/// <summary>The projection onto the matrices with at most k numbers that are not zero.</summary>
internal static class LargestEntries
{
    /// <summary>A copy that keeps exactly the <paramref name="count"/> numbers of largest magnitude; of equal ones the first.</summary>
    public static Matrix Of(Matrix matrix, int count)
    {
        var magnitudes = Array.ConvertAll(matrix.Values, Math.Abs);
        Array.Sort(magnitudes);
        var threshold = count == 0 ? double.PositiveInfinity : magnitudes[^count];
        // Of those at the threshold, as many as are left when all above it are taken.
        var ties = count - magnitudes.AsSpan().Length + UpTo(magnitudes, threshold);
        var result = new Matrix(matrix.Rows, matrix.Columns);
        for (var i = 0; i < matrix.Values.Length; i++)
        {
            var magnitude = Math.Abs(matrix.Values[i]);
            if (magnitude > threshold || (magnitude == threshold && ties-- > 0))
            {
                result.Values[i] = matrix.Values[i];
            }
        }

        return result;
    }

    // Number of magnitudes that are at most the threshold.
    private static int UpTo(double[] sorted, double threshold)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] <= threshold ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
