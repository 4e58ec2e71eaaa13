using System.Numerics.Tensors;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests;

/// <summary>Seeded float64 test data.</summary>
internal sealed class Random64(int seed)
{
    private readonly Random _random = new(seed);

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    public double[] Normals(int count) => [.. Enumerable.Range(0, count).Select(_ => Normal())];

    public Matrix Matrix(int rows, int columns) => new(rows, columns, Normals(rows * columns));

    /// <summary>The second moment of correlated patches whose directions fall off in strength by <paramref name="decay"/>.</summary>
    public Matrix Sigma(int size, double decay = 0.8)
    {
        var root = Matrix(size, size);
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                root[row, column] *= Math.Pow(decay, column);
            }
        }

        var sigma = new Matrix(size, size);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                sigma[i, j] = TensorPrimitives.Dot<double>(root.Row(i), root.Row(j)) + (i == j ? 1e-3 : 0);
            }
        }

        return sigma;
    }
}
