using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Tucker;
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
}
