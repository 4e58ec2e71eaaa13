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
            operators.Tensors.Sum(tensor => tensor.Values.LongLength).ShouldBe(shape.Parameters);
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

        var first = operators.Tensors[0];
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
            for (var i = 0; i < found.Tensors[k].Values.Length; i++)
            {
                Math.Abs(found.Tensors[k].Values[i]).ShouldBe(Math.Abs(expected[k].Values[i]), 1e-9);
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
            operators.Tensors.SelectMany(tensor => tensor.Values).All(double.IsFinite).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_pruned_matrix_of_zeros_and_ones_is_reproduced()
    {
        var matrix = new Matrix(8, 12, [.. Enumerable.Range(0, 96).Select(i => i % 7 == 0 ? 1.0 : 0)]);
        var operators = MpoDecomposition.Decompose(Algebra, matrix, new MpoShape([4, 1, 2], [3, 1, 4]));

        Distance(operators.Contract(Algebra), matrix).ShouldBeLessThan(1e-9);
    }

    [Theory]
    [InlineData(new[] { 3, 5, 2 })]
    [InlineData(new[] { 6, 6, 6 })]
    [InlineData(new[] { 1, 1, 1 })]
    public void The_squared_error_of_a_truncation_is_at_most_the_sum_of_what_the_bonds_drop(int[] bonds)
    {
        var shape = new MpoShape([4, 2, 2, 3], [3, 2, 3, 2]);
        var matrix = new Random64(5).Matrix(shape.RowExtent, shape.ColumnExtent);
        var operators = MpoDecomposition.Decompose(Algebra, matrix, shape);

        var truncated = operators.Truncate(bonds);

        var dropped = operators.Spectra.Zip(bonds).Sum(pair => pair.First.Skip(pair.Second).Sum(value => value * value));
        var largest = operators.Spectra.Zip(bonds).Max(pair => pair.First.Skip(pair.Second).Sum(value => value * value));
        var error = Math.Pow(Distance(truncated.Contract(Algebra), matrix), 2);
        error.ShouldBeLessThanOrEqualTo(dropped * (1 + 1e-9));
        error.ShouldBeGreaterThanOrEqualTo(largest * (1 - 1e-9));
        truncated.Tensors.Sum(tensor => tensor.Values.LongLength).ShouldBe(truncated.Shape.Parameters);
    }

    [Fact]
    public void A_truncation_of_a_single_bond_is_the_optimum()
    {
        var shape = new MpoShape([4, 6], [5, 4]);
        var matrix = new Random64(6).Matrix(24, 20);

        var error = Distance(MpoDecomposition.Decompose(Algebra, matrix, shape).Truncate([7]).Contract(Algebra), matrix);

        var values = PlainMpo.Unfolding(matrix, shape, 1).Svd(false).S;
        error.ShouldBe(Math.Sqrt(values.Skip(7).Sum(value => value * value)), 1e-10);
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
            Distance(found.Tensors[k], expected.Tensors[k]).ShouldBeLessThan(1e-10);
        }
    }

    private static MatrixProductOperator Single(MatrixProductOperator operators) =>
        operators with { Tensors = [.. operators.Tensors.Select(tensor => new Matrix(tensor.Rows, tensor.Columns, Array.ConvertAll(tensor.Values, value => (double)(float)value)))] };

    private static double Distance(Matrix a, Matrix b) => Math.Sqrt(a.Values.Zip(b.Values, (x, y) => (x - y) * (x - y)).Sum());

    private static double Norm(Matrix a) => Math.Sqrt(a.Values.Sum(x => x * x));
}
