namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// Between the order of ONNX weights and of <see cref="Tensors.Statistics.SecondMoment"/>, d = s·K + k, and the tap-major order d = k·S + s,
/// in which every product with I_K ⊗ U_S is one matrix product of a reshaped matrix.
/// </summary>
internal static class TapOrder
{
    /// <summary>Columns (s,k) to columns (k,s).</summary>
    public static Matrix ColumnsToTapMajor(Matrix channelMajor, int taps) => Exchange(channelMajor, channelMajor.Columns / taps, taps);

    /// <summary>Columns (k,s) to columns (s,k).</summary>
    public static Matrix ColumnsToChannelMajor(Matrix tapMajor, int taps) => Exchange(tapMajor, taps, tapMajor.Columns / taps);

    private static Matrix Exchange(Matrix source, int outer, int inner)
    {
        var result = new Matrix(source.Rows, source.Columns);
        for (var row = 0; row < source.Rows; row++)
        {
            var from = source.Row(row);
            var to = result.Row(row);
            for (var i = 0; i < outer; i++)
            {
                for (var j = 0; j < inner; j++)
                {
                    to[(j * outer) + i] = from[(i * inner) + j];
                }
            }
        }

        return result;
    }
}
