namespace ModelOptimizer.Pipeline.Metrics;

/// <summary>Order of values, the greatest first; of equal ones the one with the lowest index.</summary>
internal static class Ranking
{
    /// <summary>The place, from 0, of <paramref name="values"/>[<paramref name="index"/>]; null when a value is NaN, for then there is no order.</summary>
    public static int? Place(ReadOnlySpan<double> values, int index)
    {
        var place = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
            {
                return null;
            }

            if (values[i] > values[index] || (values[i] == values[index] && i < index))
            {
                place++;
            }
        }

        return place;
    }

    /// <summary>The index of the first place; null when a value is NaN.</summary>
    public static int? First(ReadOnlySpan<double> values)
    {
        var first = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
            {
                return null;
            }

            if (values[i] > values[first])
            {
                first = i;
            }
        }

        return first;
    }
}
