using MathNet.Numerics.LinearAlgebra;
using Matrix = ModelOptimizer.Tensors.LinearAlgebra.Matrix;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>Higher-order orthogonal iteration written from its definition, as a reference for the Frobenius problem.</summary>
internal static class OrthogonalIteration
{
    public static double SquaredError(Matrix weight, int taps, int outputRank, int inputRank)
    {
        var (outputs, inputs) = (weight.Rows, weight.Columns / taps);
        var tensor = (int t, int s, int k) => weight[t, (s * taps) + k];
        var inputUnfolding = Matrix<double>.Build.Dense(inputs, outputs * taps, (s, j) => tensor(j / taps, s, j % taps));
        var input = Leading(inputUnfolding, inputRank);
        var captured = 0.0;
        for (var iteration = 0; iteration < 3000; iteration++)
        {
            var projected = Matrix<double>.Build.Dense(outputs, inputRank * taps, (t, j) =>
                Enumerable.Range(0, inputs).Sum(s => tensor(t, s, j % taps) * input[s, j / taps])
            );
            var output = Leading(projected, outputRank);
            var other = Matrix<double>.Build.Dense(inputs, outputRank * taps, (s, j) =>
                Enumerable.Range(0, outputs).Sum(t => tensor(t, s, j % taps) * output[t, j / taps])
            );
            var svd = other.Svd();
            input = svd.U.SubMatrix(0, inputs, 0, inputRank);
            var next = svd.S.Take(inputRank).Sum(value => value * value);
            if (next - captured < 1e-14 * next)
            {
                captured = next;
                break;
            }

            captured = next;
        }

        return weight.Values.Sum(value => value * value) - captured;
    }

    private static Matrix<double> Leading(Matrix<double> unfolding, int rank) => unfolding.Svd().U.SubMatrix(0, unfolding.RowCount, 0, rank);
}
