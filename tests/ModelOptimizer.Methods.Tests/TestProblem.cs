using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests;

/// <summary>Random kernels under random strongly correlated moments.</summary>
internal static class TestProblem
{
    public static ILinearAlgebra Algebra { get; } = TestEngine.Shared.LinearAlgebra;

    public static KernelProblem Create(int outputs = 10, int inputs = 8, int taps = 9, int seed = 1, double decay = 0.8)
    {
        var random = new Random64(seed);
        return Create(random.Matrix(outputs, inputs * taps), random.Sigma(inputs * taps, decay), taps);
    }

    /// <summary>Both in channel-major order.</summary>
    public static KernelProblem Create(Matrix weight, Matrix sigma, int taps) =>
        new(Algebra, weight, taps, new CovarianceMetric(Algebra, sigma, taps));

    public static KernelProblem Frobenius(Matrix weight, int taps) => new(Algebra, weight, taps, new FrobeniusMetric(Algebra, taps));

    /// <summary>Three of eight input channels are always zero.</summary>
    public static KernelProblem WithDeadChannels()
    {
        var random = new Random64(12);
        var sigma = random.Sigma(8 * 9);
        for (var i = 0; i < sigma.Rows; i++)
        {
            for (var k = 0; k < 3 * 9; k++)
            {
                sigma[i, k] = sigma[k, i] = 0;
            }
        }

        return Create(random.Matrix(10, 8 * 9), sigma, 9);
    }
}
