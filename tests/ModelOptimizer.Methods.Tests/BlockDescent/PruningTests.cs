using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class PruningTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(120)]
    public void Exactly_as_many_numbers_stay_as_are_allowed_and_they_are_the_largest(int kept)
    {
        var matrix = new Random64(1).Matrix(10, 12);

        var pruned = LargestEntries.Of(matrix, kept);

        pruned.Values.Count(value => value != 0).ShouldBe(kept);
        var threshold = matrix.Values.Select(Math.Abs).OrderDescending().Take(kept).DefaultIfEmpty(double.PositiveInfinity).Last();
        for (var i = 0; i < matrix.Values.Length; i++)
        {
            pruned.Values[i].ShouldBe(Math.Abs(matrix.Values[i]) >= threshold ? matrix.Values[i] : 0);
        }
    }

    [Fact]
    public void Of_equal_numbers_the_first_stay()
    {
        var matrix = new Matrix(2, 4, [1, -2, 2, 2, -2, 3, 1, 2]);

        LargestEntries.Of(matrix, 3).Values.ShouldBe([0, -2, 2, 0, 0, 3, 0, 0]);
        LargestEntries.Of(new Matrix(2, 2), 2).Values.ShouldBe([0, 0, 0, 0]);
    }
}
