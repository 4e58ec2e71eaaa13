using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class MpoDecompositionTests
{
    private static readonly ILinearAlgebra Algebra = TestEngine.Shared.LinearAlgebra;

    public static TheoryData<int[], int[]> Shapes => new()
    {
        { [3, 4], [5, 2] },
        { [4, 1, 3], [2, 1, 6] },
        { [1, 4, 3], [2, 1, 5] },
        { [4, 1, 1, 3], [3, 1, 1, 4] },
        { [2, 2, 3, 2, 2], [2, 1, 2, 3, 1] },
        { [6, 1, 1, 1, 5], [4, 1, 1, 1, 7] },
        { [2, 3, 2, 1, 1, 2, 2], [1, 2, 2, 5, 1, 1, 2] },
        { [2, 2, 2, 2, 2, 1, 1, 2, 2], [2, 1, 2, 2, 1, 1, 3, 1, 2] },
        { [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 3], [1, 2, 1, 2, 1, 2, 1, 2, 1, 3, 2] },
        { [1, 1, 1], [1, 1, 1] },
        { [7, 1, 1], [1, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_product_is_the_matrix(int[] rows, int[] columns)
    {
        var shape = new MpoShape(rows, columns);
        var matrix = new Random64(1).Matrix(shape.RowExtent, shape.ColumnExtent);

        foreach (var gauged in new[] { true, false })
        {
            var operators = MpoDecomposition.Decompose(Algebra, matrix, shape, gauged);

            Distance(PlainMpo.Contract(operators), matrix).ShouldBeLessThan(1e-12 * Norm(matrix));
            Distance(operators.Contract(Algebra), matrix).ShouldBeLessThan(1e-12 * Norm(matrix));
            Distance(Single(operators).Contract(Algebra), matrix).ShouldBeLessThan(1e-6 * Norm(matrix));
            operators.Train.Cores.Sum(tensor => tensor.Values.LongLength).ShouldBe(shape.Parameters);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_bonds_carry_the_singular_values_of_the_unfoldings_evenly(int[] rows, int[] columns)
    {
        var shape = new MpoShape(rows, columns);
        var matrix = new Random64(2).Matrix(shape.RowExtent, shape.ColumnExtent);

        var operators = MpoDecomposition.Decompose(Algebra, matrix, shape);

        for (var k = 1; k < shape.Count; k++)
        {
            var expected = PlainMpo.Unfolding(matrix, shape, k).Svd(false).S;
            operators.Spectra[k - 1].Length.ShouldBe(shape.Bonds[k]);
            expected.Count.ShouldBeGreaterThanOrEqualTo(shape.Bonds[k]);
            for (var i = 0; i < shape.Bonds[k]; i++)
            {
                operators.Spectra[k - 1][i].ShouldBe(expected[i], 1e-12 * expected[0]);
            }
        }

        var first = operators.Train.Cores[0];
        var gram = Algebra.Multiply(first, first, transposeA: true);
        for (var i = 0; i < gram.Rows; i++)
        {
            for (var j = 0; j < gram.Columns; j++)
            {
                gram[i, j].ShouldBe(i == j ? operators.Spectra[0][i] : 0, 1e-11);
            }
        }
    }

    [Fact]
    public void The_gauge_is_the_published_one()
    {
        var shape = new MpoShape([2, 3, 2, 2], [2, 2, 1, 3]);
        var matrix = new Random64(3).Matrix(shape.RowExtent, shape.ColumnExtent);

        var expected = PublishedGauge.Apply(Algebra, MpoDecomposition.Decompose(Algebra, matrix, shape, gauged: false));
        var found = MpoDecomposition.Decompose(Algebra, matrix, shape);

        // Each bond's basis is fixed up to signs.
        for (var k = 0; k < shape.Count; k++)
        {
            for (var i = 0; i < found.Train.Cores[k].Values.Length; i++)
            {
                Math.Abs(found.Train.Cores[k].Values[i]).ShouldBe(Math.Abs(expected[k].Values[i]), 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_matrix_without_full_rank_is_reproduced(int rank)
    {
        var random = new Random64(4);
        var matrix = rank == 0 ? new Matrix(12, 20) : Algebra.Multiply(random.Matrix(12, rank), random.Matrix(rank, 20));
        foreach (var shape in new[] { new MpoShape([4, 1, 3], [5, 1, 4]), new MpoShape([3, 2, 2], [2, 5, 2]), new MpoShape([12, 1, 1, 1], [1, 1, 1, 20]) })
        {
            var operators = MpoDecomposition.Decompose(Algebra, matrix, shape);

            Distance(operators.Contract(Algebra), matrix).ShouldBeLessThanOrEqualTo(1e-9 * Norm(matrix));
            Distance(Single(operators).Contract(Algebra), matrix).ShouldBeLessThanOrEqualTo(1e-6 * Norm(matrix));
            operators.Train.Cores.SelectMany(tensor => tensor.Values).All(double.IsFinite).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_pruned_matrix_of_zeros_and_ones_is_reproduced()
    {
        var matrix = new Matrix(8, 12, [.. Enumerable.Range(0, 96).Select(i => i % 7 == 0 ? 1.0 : 0)]);
        var operators = MpoDecomposition.Decompose(Algebra, matrix, new MpoShape([4, 1, 2], [3, 1, 4]));

        Distance(operators.Contract(Algebra), matrix).ShouldBeLessThan(1e-9);
    }

    [Fact]
    public void Signs_of_the_singular_vectors_do_not_reach_the_tensors()
    {
        var shape = new MpoShape([3, 2, 2], [2, 3, 2]);
        var matrix = new Random64(7).Matrix(12, 12);
        var (u, s, vt) = Algebra.Svd(matrix);
        for (var i = 0; i < 12; i++)
        {
            var sign = i % 2 == 0 ? -1 : 1;
            for (var j = 0; j < 12; j++)
            {
                u[j, i] *= sign * s[i];
                vt[i, j] *= sign;
            }
        }

        var expected = MpoDecomposition.Decompose(Algebra, matrix, shape);
        var found = MpoDecomposition.Decompose(Algebra, Algebra.Multiply(u, vt), shape);

        for (var k = 0; k < shape.Count; k++)
        {
            Distance(found.Train.Cores[k], expected.Train.Cores[k]).ShouldBeLessThan(1e-10);
        }
    }

    private static MatrixProductOperator Single(MatrixProductOperator operators) =>
        operators with
        {
            Train = operators.Train with
            {
                Cores =
                [
                    .. operators.Train.Cores.Select(tensor => new Matrix(
                        tensor.Rows,
                        tensor.Columns,
                        Array.ConvertAll(tensor.Values, value => (double)(float)value)
                    )),
                ],
            },
        };

    private static double Distance(Matrix a, Matrix b) => Math.Sqrt(a.Values.Zip(b.Values, (x, y) => (x - y) * (x - y)).Sum());

    private static double Norm(Matrix a) => Math.Sqrt(a.Values.Sum(x => x * x));
}
