using ModelOptimizer.Tensors.LinearAlgebra;
using LibraryMatrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

/// <summary>The built-in eigensolver on the matrices that are known to be hard for one, and its sameness of bytes.</summary>
public sealed class SymmetricEigenTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    // Of entries, relative to the norm, and of products of unit vectors; MathNet's are thirty times as large at 1,024.
    private const double Residual = 5e-15;
    private const double Orthogonality = 1.2e-14;

    public static TheoryData<string, int> Gallery()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in Matrices.Keys)
        {
            foreach (var size in new[] { 2, 3, 32, 33, 100, 300, 520 })
            {
                data.Add(name, size);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Gallery))]
    public void Eigenpairs_leave_no_residual_and_are_orthonormal(string name, int size)
    {
        var a = Matrices[name](size);

        var (values, vectors) = fixture.Algebra.SymmetricEigen(a);
        var alone = fixture.Algebra.SymmetricEigenvalues(a);

        var norm = values.Max(Math.Abs);
        var unit = norm == 0 ? a : new Matrix(size, size, Array.ConvertAll(a.Values, value => value / norm));
        double[] scaled = norm == 0 ? values : [.. values.Select(value => value / norm)];
        values.ShouldBe(values.OrderDescending());
        LargestDifference(fixture.Algebra.Multiply(unit, vectors), Numbers.Scale(vectors, scaled)).ShouldBeLessThan(Residual);
        LargestDifference(fixture.Algebra.Multiply(vectors, vectors, transposeA: true), Matrix.Identity(size)).ShouldBeLessThan(Orthogonality);
        alone.Zip(values, (found, expected) => Math.Abs(found - expected)).Max().ShouldBeLessThanOrEqualTo(Residual * norm);
        alone.ShouldBe(alone.OrderDescending());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(129)]
    [InlineData(257)]
    [InlineData(1025)]
    public void Eigenvalues_are_the_librarys(int size)
    {
        var a = Symmetric(size, (_, _) => 1);

        var found = fixture.Algebra.SymmetricEigenvalues(a);

        found.Length.ShouldBe(size);
        if (size > 0)
        {
            var evd = new LibraryMatrix(size, size, a.Values).Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric);
            var library = evd.EigenValues.Select(value => value.Real).OrderDescending().ToArray();
            found.Zip(library, (own, other) => Math.Abs(own - other)).Max().ShouldBeLessThan(1e-12 * Math.Sqrt(size));
            fixture.Algebra.SymmetricEigen(a).Values.Zip(library, (own, other) => Math.Abs(own - other)).Max().ShouldBeLessThan(1e-12 * Math.Sqrt(size));
        }
    }

    [Fact]
    public void Eigenvalues_of_the_second_difference_are_its_cosines()
    {
        const int Size = 400;

        var found = fixture.Algebra.SymmetricEigenvalues(Tridiagonal(Size, _ => 2, _ => -1));

        for (var k = 0; k < Size; k++)
        {
            found[k].ShouldBe(2 - (2 * Math.Cos((Size - k) * Math.PI / (Size + 1))), 1e-14);
        }
    }

    [Fact]
    public void The_upper_triangle_is_not_read()
    {
        var a = Symmetric(70, (_, _) => 1);
        var expected = fixture.Algebra.SymmetricEigen(a).Vectors.Values;
        for (var i = 0; i < a.Rows; i++)
        {
            a.Row(i)[(i + 1)..].Fill(7);
        }

        fixture.Algebra.SymmetricEigen(a).Vectors.Values.ShouldBe(expected);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(600)]
    [InlineData(900)]
    public void Bytes_do_not_depend_on_the_threads_nor_on_what_else_runs(int size)
    {
        var a = Symmetric(size, (_, _) => 1);
        var product = new HostProduct(fixture.Engine.Sessions);
        var alone = Decompose(Workers.None);

        using (var workers = Workers.Start(3))
        {
            Decompose(workers).ShouldBe(alone);
        }

        using var ended = new CancellationTokenSource();
        var load = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Thread(() => Burn(ended.Token))).ToList();
        load.ForEach(thread => thread.Start());
        try
        {
            fixture.Algebra.SymmetricEigen(a).Vectors.Values.ShouldBe(alone);
        }
        finally
        {
            ended.Cancel();
            load.ForEach(thread => thread.Join());
        }

        double[] Decompose(Workers workers)
        {
            var reduced = Tridiagonalisation.Of(product, workers, new BlockRows(a, Finite.Scale(Finite.LargestOfLower(a))));
            return BackTransformation.Apply(product, workers, reduced, DivideAndConquer.Vectors(product, workers, reduced.Diagonal, reduced.Beside)).Values;
        }
    }

    private static IReadOnlyDictionary<string, Func<int, Matrix>> Matrices { get; } = new Dictionary<string, Func<int, Matrix>>(StringComparer.Ordinal)
    {
        ["random"] = size => Symmetric(size, (_, _) => 1),
        ["zero"] = size => new Matrix(size, size),
        ["identity"] = Matrix.Identity,
        ["diagonal"] = size => Tridiagonal(size, i => (i * 37) % size, _ => 0),
        ["second difference"] = size => Tridiagonal(size, _ => 2, _ => -1),
        ["diagonal of zeros"] = size => Tridiagonal(size, _ => 0, _ => 1),
        ["Wilkinson"] = size => Tridiagonal(size, i => Math.Abs(i - ((size - 1) / 2.0)), _ => 1),
        ["glued Wilkinson, 1e-4"] = size => Glued(size, 1e-4),
        ["glued Wilkinson, 1e-8"] = size => Glued(size, 1e-8),
        ["glued Wilkinson, 1e-14"] = size => Glued(size, 1e-14),
        ["ones"] = size => Of(size, (_, _) => 1),
        ["reflection"] = size => Of(size, (i, j) => (i == j ? 1 : 0) - (2.0 / size)),
        ["rank of a third"] = size => Gram(Numbers.Random(size, Math.Max(1, size / 3), 31)),
        ["rank one"] = size => Gram(Numbers.Random(size, 1, 32)),
        ["identity and five more"] = size => Of(Gram(Numbers.Random(size, 5, 33)), (i, j, value) => (i == j ? 1 : 0) + value),
        ["second moments"] = size => Gram(Of(Numbers.Random(size, size + 9, 34), (i, _, value) => value * Math.Pow(10, -3.0 * i / size))),
        ["of size 1e-300"] = size => Symmetric(size, (_, _) => 1e-300),
        ["of size 1e-160"] = size => Symmetric(size, (_, _) => 1e-160),
        ["of size 1e300"] = size => Symmetric(size, (_, _) => 1e300),
        ["falling to 1e-300"] = size => Symmetric(size, (i, j) => Math.Pow(10, -300.0 * Math.Max(i, j) / size)),
        ["rising from 1e-300"] = size => Symmetric(size, (i, j) => Math.Pow(10, -300.0 * (1 - (Math.Min(i, j) / (double)size)))),
        ["falling in another order"] = size => Symmetric(size, (i, j) => Math.Pow(10, -300.0 * Math.Max(i * 37 % size, j * 37 % size) / size)),
        ["squares that vanish"] = size => Tridiagonal(size, i => i % 3 == 0 ? 1 : 1e-170, i => 1e-160 * (1 + (i % 5))),
        ["nearly nothing beside one"] = size => Tridiagonal(size, _ => 0, i => i == size / 2 ? 1 : 1e-130 * (1 + (i % 5))),
    };

    private static double LargestDifference(Matrix found, Matrix expected) => found.Values.Zip(expected.Values, (f, e) => Math.Abs(f - e)).Max();

    private static Matrix Symmetric(int size, Func<int, int, double> factor)
    {
        var random = Numbers.Random(size, size, 30);
        return Of(size, (i, j) => random[Math.Max(i, j), Math.Min(i, j)] * factor(i, j));
    }

    private static Matrix Tridiagonal(int size, Func<int, double> diagonal, Func<int, double> beside) =>
        Of(size, (i, j) => i == j ? diagonal(i) : Math.Abs(i - j) == 1 ? beside(Math.Min(i, j)) : 0);

    private static Matrix Glued(int size, double glue) => Tridiagonal(size, i => Math.Abs((i % 21) - 10), i => i % 21 == 20 ? glue : 1);

    private static Matrix Of(int size, Func<int, int, double> entry) => Of(new Matrix(size, size), (i, j, _) => entry(i, j));

    private static Matrix Of(Matrix a, Func<int, int, double, double> entry)
    {
        var result = new Matrix(a.Rows, a.Columns);
        for (var i = 0; i < a.Rows; i++)
        {
            for (var j = 0; j < a.Columns; j++)
            {
                result[i, j] = entry(i, j, a[i, j]);
            }
        }

        return result;
    }

    private static Matrix Gram(Matrix a) => Numbers.Multiply(a, a.Transpose());

    private static void Burn(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            Thread.SpinWait(1000);
        }
    }
}
