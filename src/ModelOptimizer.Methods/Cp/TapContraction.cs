using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Cp;

/// <summary>Sums of G = BᵀΣB over taps, weighted by the factors of the axes that are not solved for.</summary>
internal static class TapContraction
{
    /// <summary>Q[(j,r),(j',r')] = Σ over taps k at place j and k' at place j' of weights[k,r]·G[(k,r),(k',r')]·weights[k',r'].</summary>
    /// <param name="gram">G, (K·R)×(K·R), index k·R + r.</param>
    /// <param name="weights">K×R.</param>
    /// <param name="place">The place of a tap, from 0 to <paramref name="places"/> − 1.</param>
    /// <param name="places">Number of places.</param>
    public static Matrix Of(Matrix gram, Matrix weights, Func<int, int> place, int places)
    {
        var (taps, rank) = (weights.Rows, weights.Columns);
        var result = new Matrix(places * rank, places * rank);
        var row = new double[places * rank];
        for (var k = 0; k < taps; k++)
        {
            for (var r = 0; r < rank; r++)
            {
                Array.Clear(row);
                for (var other = 0; other < taps; other++)
                {
                    var sum = row.AsSpan(place(other) * rank, rank);
                    TensorPrimitives.MultiplyAdd(gram.Row((k * rank) + r).Slice(other * rank, rank), weights.Row(other), sum, sum);
                }

                var to = result.Row((place(k) * rank) + r);
                TensorPrimitives.MultiplyAdd(row, weights[k, r], to, to);
            }
        }

        return result;
    }
}
