using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class InputSystemTests
{
    [Fact]
    public void The_matrix_free_solution_is_that_of_the_assembled_system()
    {
        var random = new Random64(21);
        var (inputs, outputs, taps, outputRank, inputRank) = (6, 7, 9, 4, 3);
        var (weight, sigma) = (random.Matrix(outputs, inputs * taps), random.Sigma(inputs * taps));
        var problem = TestProblem.Create(weight, sigma, taps);
        var factors = new TuckerFactors(random.Matrix(outputs, outputRank), random.Matrix(outputRank, taps * inputRank), random.Matrix(inputs, inputRank));

        var solved = InputStep.Update(problem, factors, InnerAccuracy.Tight).Input;

        // A[t,q,k] = Σ_p U_T[t,p]·G[p,q,k]; the system index by index, from its definition.
        double A(int t, int q, int k) => Enumerable.Range(0, outputRank).Sum(p => factors.Output[t, p] * factors.Core[p, (k * inputRank) + q]);
        double H(int q, int k, int q2, int k2) => Enumerable.Range(0, outputs).Sum(t => A(t, q, k) * A(t, q2, k2));
        double P(int t, int s, int k) => Enumerable.Range(0, inputs * taps).Sum(j => weight[t, j] * sigma[j, (s * taps) + k]);
        var size = inputs * inputRank;
        var system = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(size, size, (row, column) =>
        {
            var (s, q, s2, q2) = (row / inputRank, row % inputRank, column / inputRank, column % inputRank);
            var sum = 0.0;
            for (var k = 0; k < taps; k++)
            {
                for (var k2 = 0; k2 < taps; k2++)
                {
                    sum += sigma[(s * taps) + k, (s2 * taps) + k2] * H(q, k, q2, k2);
                }
            }

            return sum;
        });
        var right = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(size, row =>
            Enumerable.Range(0, outputs).Sum(t => Enumerable.Range(0, taps).Sum(k => A(t, row % inputRank, k) * P(t, row / inputRank, k))));
        var expected = system.Cholesky().Solve(right);
        for (var i = 0; i < size; i++)
        {
            solved.Values[i].ShouldBe(expected[i], 1e-8 * expected.L2Norm());
        }
    }
}
