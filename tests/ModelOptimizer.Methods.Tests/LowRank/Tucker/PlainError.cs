using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>The objective by its definition, in channel-major order and without any of the product's short cuts.</summary>
internal static class PlainError
{
    /// <summary>W~[t,(s,k)] = Σ_pq U_T[t,p]·G[p,q,k]·U_S[s,q].</summary>
    public static Matrix Reconstruct(TuckerFactors factors, int taps)
    {
        var (outputs, inputs) = (factors.Output.Rows, factors.Input.Rows);
        var kernel = new Matrix(outputs, inputs * taps);
        for (var t = 0; t < outputs; t++)
        {
            for (var s = 0; s < inputs; s++)
            {
                for (var k = 0; k < taps; k++)
                {
                    var sum = 0.0;
                    for (var p = 0; p < factors.OutputRank; p++)
                    {
                        for (var q = 0; q < factors.InputRank; q++)
                        {
                            sum += factors.Output[t, p] * factors.Core[p, (k * factors.InputRank) + q] * factors.Input[s, q];
                        }
                    }

                    kernel[t, (s * taps) + k] = sum;
                }
            }
        }

        return kernel;
    }

    /// <summary>tr(ΔΣΔᵀ).</summary>
    public static double Of(Matrix weight, Matrix approximation, Matrix sigma)
    {
        var sum = 0.0;
        for (var t = 0; t < weight.Rows; t++)
        {
            for (var i = 0; i < weight.Columns; i++)
            {
                var left = weight[t, i] - approximation[t, i];
                for (var j = 0; j < weight.Columns; j++)
                {
                    sum += left * sigma[i, j] * (weight[t, j] - approximation[t, j]);
                }
            }
        }

        return sum;
    }
}
