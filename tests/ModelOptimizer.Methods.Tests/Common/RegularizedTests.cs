using ModelOptimizer.Methods.Common;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Common;

public class RegularizedTests
{
    // Of full rank; of a rank that jitter helps; zero.
    [Theory]
    [InlineData(40, 80)]
    [InlineData(40, 7)]
    [InlineData(700, 600)]
    [InlineData(40, 0)]
    public void A_factor_in_the_place_of_its_matrix_is_the_same(int size, int rank)
    {
        var algebra = TestEngine.Shared.LinearAlgebra;
        var random = new Random64(size + rank);
        var root = new Matrix(size, Math.Max(1, rank), [.. Enumerable.Range(0, size * Math.Max(1, rank)).Select(_ => rank == 0 ? 0 : random.Normal())]);
        var matrix = algebra.Gram(root);

        var expected = Regularized.Cholesky(algebra, matrix, Jitter.Relative);
        var factor = Regularized.Cholesky(algebra, matrix.Clone(), Jitter.Relative, inPlace: true);

        for (var row = 0; row < size; row++)
        {
            factor.Row(row)[..(row + 1)].ToArray().ShouldBe(expected.Row(row)[..(row + 1)].ToArray());
            // Others multiply by the whole of it.
            expected.Row(row)[(row + 1)..].ToArray().ShouldAllBe(value => value == 0);
        }
    }
}
