using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class TensorTrainTests
{
    private static readonly ILinearAlgebra Algebra = TestEngine.Shared.LinearAlgebra;

    [Theory]
    [InlineData(12, 20, new[] { 3, 4, 4, 5 })]
    [InlineData(12, 20, new[] { 12, 20 })]
    [InlineData(6, 35, new[] { 2, 3, 5, 7 })]
    [InlineData(16, 9, new[] { 6, 6, 4 })]
    [InlineData(1, 24, new[] { 2, 3, 4 })]
    public void Full_ranks_reproduce_the_matrix(int rows, int columns, int[] modes)
    {
        var matrix = new Random64(1).Matrix(rows, columns);

        var train = TensorTrainSvd.Decompose(Algebra, matrix, modes, TensorTrainRanks.Full(modes));

        Distance(train.Reconstruct(Algebra, rows), matrix).ShouldBeLessThan(1e-12 * Norm(matrix));
        train.Parameters.ShouldBe(TensorTrainRanks.Parameters(modes, train.Ranks));
    }

    [Theory]
    [InlineData(24, 30, new[] { 4, 6, 5, 6 }, 3)]
    [InlineData(24, 30, new[] { 4, 6, 5, 6 }, 7)]
    [InlineData(64, 81, new[] { 8, 8, 9, 9 }, 10)]
    [InlineData(10, 1000, new[] { 10, 10, 10, 10 }, 6)]
    public void The_squared_error_is_at_most_the_sum_of_what_the_bonds_discard(int rows, int columns, int[] modes, int rank)
    {
        var matrix = new Random64(2).Matrix(rows, columns);
        var ranks = TensorTrainRanks.Limited(modes, [.. Enumerable.Repeat(rank, modes.Length - 1)]);

        var train = TensorTrainSvd.Decompose(Algebra, matrix, modes, ranks);

        // The unfoldings' singular values by a library's own decomposition.
        var (discarded, largest, split) = (0.0, 0.0, 1);
        for (var k = 0; k + 1 < modes.Length; k++)
        {
            split *= modes[k];
            var tail = MathNet
                .Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowMajor(split, matrix.Values.Length / split, matrix.Values)
                .Svd(false)
                .S.Skip(ranks[k])
                .Sum(s => s * s);
            discarded += tail;
            largest = Math.Max(largest, tail);
        }

        var error = Math.Pow(Distance(train.Reconstruct(Algebra, rows), matrix), 2);
        error.ShouldBeLessThanOrEqualTo(discarded * (1 + 1e-9));
        error.ShouldBeGreaterThanOrEqualTo(largest * (1 - 1e-9));
        train.Ranks.ShouldBe(ranks);
    }

    [Fact]
    public void A_train_is_recovered_at_its_own_ranks()
    {
        var random = new Random64(3);
        int[] modes = [4, 5, 6, 3];
        var built = new TensorTrain(modes, [random.Matrix(4, 3), random.Matrix(15, 4), random.Matrix(24, 2), random.Matrix(6, 1)]).Reconstruct(Algebra, 20);

        var train = TensorTrainSvd.Decompose(Algebra, built, modes, [3, 4, 2]);

        Distance(train.Reconstruct(Algebra, 20), built).ShouldBeLessThan(1e-12 * Norm(built));
    }

    [Fact]
    public void The_published_human_activity_network_keeps_the_printed_share_of_its_weights()
    {
        // 561 → 1024 → 1024 → 1024 → 512 with rank 80; the printed ratio is that of the four compressed layers.
        int[][] modes =
        [
            [6, 22, 34, .. Enumerable.Repeat(2, 7)],
            [.. Enumerable.Repeat(4, 10)],
            [.. Enumerable.Repeat(4, 10)],
            [.. Enumerable.Repeat(4, 9), 2],
        ];
        var stored = modes.Sum(shape => TensorTrainRanks.Parameters(shape, TensorTrainRanks.Limited(shape, [.. Enumerable.Repeat(80, shape.Length - 1)])));

        ((double)stored / ((1024 * 561) + (2 * 1024 * 1024) + (512 * 1024))).ShouldBe(0.1667972504806152, 1e-16);
    }

    [Theory]
    [InlineData(220, 0.1784)]
    [InlineData(40, 0.0128)]
    [InlineData(80, 0.0370)]
    public void The_published_digit_network_keeps_the_share_that_the_paper_reports(int rank, double expected)
    {
        int[][] modes = [[26, 26, 4, 4, 4, 4, 4, 2, 2, 2], [.. Enumerable.Repeat(4, 10)]];
        var stored = modes.Sum(shape => TensorTrainRanks.Parameters(shape, TensorTrainRanks.Limited(shape, [.. Enumerable.Repeat(rank, shape.Length - 1)])));

        ((double)stored / ((1024 * 5408) + (1024 * 1024))).ShouldBe(expected, 5e-5);
    }

    [Fact]
    public void Following_a_near_train_comes_as_close_as_decomposing_anew()
    {
        var random = new Random64(4);
        int[] modes = [8, 8, 8, 8];
        var ranks = TensorTrainRanks.Limited(modes, [12, 12, 12]);
        var matrix = random.Matrix(64, 64);
        var train = TensorTrainSvd.Decompose(Algebra, matrix, modes, ranks);
        for (var step = 0; step < 12; step++)
        {
            matrix = new Matrix(64, 64, [.. matrix.Values.Select(value => value + (0.02 * random.Normal()))]);
            train = TensorTrainSvd.Decompose(Algebra, matrix, modes, ranks, train);
        }

        var anew = TensorTrainSvd.Decompose(Algebra, matrix, modes, ranks);
        Distance(train.Reconstruct(Algebra, 64), matrix).ShouldBeLessThan(1.02 * Distance(anew.Reconstruct(Algebra, 64), matrix));
    }

    [Fact]
    public void The_row_cores_and_the_rest_are_two_factors_of_the_matrix()
    {
        var matrix = new Random64(5).Matrix(20, 18);
        int[] modes = [4, 5, 3, 6];
        var train = TensorTrainSvd.Decompose(Algebra, matrix, modes, [3, 7, 4]);

        train.RowCores(20).ShouldBe(2);
        train.RowCores(12).ShouldBeNull();
        var (left, right) = (train.Product(Algebra, 0, 2), train.Product(Algebra, 2, 4));
        Distance(Algebra.Multiply(left, right.Reshape(7, 18)), train.Reconstruct(Algebra, 20)).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(1024, 1024, new[] { 4, 4, 4, 4, 4, 4, 4, 4, 4, 4 })]
    [InlineData(10, 256, new[] { 5, 2, 4, 4, 4, 4 })]
    [InlineData(256, 784, new[] { 4, 4, 4, 4, 7, 7, 4, 4 })]
    [InlineData(3, 17, new[] { 3, 17 })]
    [InlineData(1, 8, new[] { 1, 4, 2 })]
    public void Modes_chosen_for_a_layer_are_small_and_meet_between_rows_and_columns(int rows, int columns, int[] expected) =>
        ModeChoice.For(rows, columns).ShouldBe(expected);

    private static double Distance(Matrix a, Matrix b) => Math.Sqrt(a.Values.Zip(b.Values, (x, y) => (x - y) * (x - y)).Sum());

    private static double Norm(Matrix a) => Math.Sqrt(a.Values.Sum(x => x * x));
}
