namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Places of numbers as distances of one byte: the running sum of the gaps is where each value belongs.</summary>
internal static class Gaps
{
    private const int Longest = byte.MaxValue;

    /// <summary>What is not zero in <paramref name="numbers"/>, with a zero wherever the next one is further away than a byte can say.</summary>
    public static (byte[] Gaps, double[] Values) Of(ReadOnlySpan<double> numbers)
    {
        var gaps = new List<byte>();
        var values = new List<double>();
        var last = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] == 0)
            {
                continue;
            }

            for (; i - last > Longest; last += Longest)
            {
                gaps.Add(Longest);
                values.Add(0);
            }

            gaps.Add((byte)(i - last));
            values.Add(numbers[i]);
            last = i;
        }

        return ([.. gaps], [.. values]);
    }
}
