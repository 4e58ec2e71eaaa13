using ModelOptimizer.Tensors.LinearAlgebra;
using LibraryMatrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

/// <summary>What every implementation keeps, on whatever library it stands.</summary>
public abstract class LinearAlgebraTests
{
    private const double Tight = 1e-12;

    internal abstract ILinearAlgebra Algebra { get; }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(31, 33, 32)]
    [InlineData(64, 64, 64)]
    [InlineData(129, 70, 257)]
    [InlineData(1, 700, 513)]
    public void Products_agree_with_plain_loops_whatever_is_transposed(int rows, int inner, int columns)
    {
        var a = Numbers.Random(rows, inner, 1);
        var b = Numbers.Random(inner, columns, 2);
        var expected = Numbers.Multiply(a, b);

        Numbers.Distance(Algebra.Multiply(a, b), expected).ShouldBeLessThan(Tight);
        Numbers.Distance(Algebra.Multiply(a.Transpose(), b, transposeA: true), expected).ShouldBeLessThan(Tight);
        Numbers.Distance(Algebra.Multiply(a, b.Transpose(), transposeB: true), expected).ShouldBeLessThan(Tight);
        Numbers.Distance(Algebra.Multiply(a.Transpose(), b.Transpose(), true, true), expected).ShouldBeLessThan(Tight);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(70, 1)]
    [InlineData(600, 40)]
    [InlineData(1300, 9)]
    public void A_Gram_matrix_is_the_product_with_the_transpose_and_exactly_symmetric(int rows, int columns)
    {
        var a = Numbers.Random(rows, columns, 20);

        var gram = Algebra.Gram(a);

        Numbers.Distance(gram, Numbers.Multiply(a, a.Transpose())).ShouldBeLessThan(Tight);
        gram.Values.ShouldBe(gram.Transpose().Values);
    }

    [Fact]
    public void A_large_product_agrees_with_plain_loops_whatever_is_transposed()
    {
        var a = Numbers.Random(300, 1000, 21);
        var b = Numbers.Random(1000, 1000, 22);
        var expected = Algebra.Multiply(a, b);

        Numbers.Distance(expected.Block(7, 0, 3, 1000), Numbers.Multiply(a.Block(7, 0, 3, 1000), b)).ShouldBeLessThan(Tight);
        Numbers.Distance(Algebra.Multiply(a.Transpose(), b, transposeA: true), expected).ShouldBeLessThan(Tight);
    }

    [Fact]
    public void A_product_of_shapes_that_do_not_fit_is_refused() =>
        Should.Throw<ArgumentException>(() => Algebra.Multiply(new Matrix(2, 3), new Matrix(2, 3))).Message.ShouldContain("2×3 times 2×3");

    [Theory]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(300)]
    [InlineData(513)]
    [InlineData(1100)]
    public void The_Cholesky_factor_is_the_librarys(int size)
    {
        var a = Numbers.PositiveDefinite(size, 3);

        var factor = Algebra.Cholesky(a);

        var library = new LibraryMatrix(size, size, a.Values).Cholesky().Factor;
        Numbers.Distance(factor, new Matrix(size, size, library.ToRowMajorArray())).ShouldBeLessThan(1e-11);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(600)]
    [InlineData(1100)]
    public void A_Cholesky_factor_in_place_is_the_same_and_leaves_what_is_above_the_diagonal(int size)
    {
        var a = Numbers.PositiveDefinite(size, 3);
        var (expected, matrix) = (Algebra.Cholesky(a), a.Clone());

        var factor = Algebra.Cholesky(matrix, inPlace: true);

        for (var row = 0; row < size; row++)
        {
            factor.Row(row)[..(row + 1)].ToArray().ShouldBe(expected.Row(row)[..(row + 1)].ToArray());
            matrix.Row(row)[(row + 1)..].ToArray().ShouldBe(a.Row(row)[(row + 1)..].ToArray());
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(200)]
    public void A_matrix_that_is_not_positive_definite_has_no_Cholesky_factor(int size)
    {
        var a = Numbers.PositiveDefinite(size, 4);
        a[size - 1, size - 1] = -1;

        Should.Throw<NotPositiveDefiniteException>(() => Algebra.Cholesky(a));
    }

    [Fact]
    public void A_matrix_with_NaN_has_no_Cholesky_factor()
    {
        var a = Numbers.PositiveDefinite(4, 5);
        a[2, 2] = double.NaN;

        Should.Throw<NotPositiveDefiniteException>(() => Algebra.Cholesky(a));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(129, 3)]
    [InlineData(511, 40)]
    [InlineData(700, 1)]
    [InlineData(1100, 600)]
    public void Triangular_solves_and_Cholesky_solves_leave_no_residual(int size, int rightHandSides)
    {
        var a = Numbers.PositiveDefinite(size, 6);
        var b = Numbers.Random(size, rightHandSides, 7);
        var factor = Algebra.Cholesky(a);

        Numbers.Distance(Numbers.Multiply(factor, Algebra.SolveLower(factor, b)), b).ShouldBeLessThan(Tight);
        Numbers.Distance(Numbers.Multiply(factor.Transpose(), Algebra.SolveLower(factor, b, transpose: true)), b).ShouldBeLessThan(Tight);
        Numbers.Distance(Numbers.Multiply(a, Algebra.CholeskySolve(factor, b)), b).ShouldBeLessThan(1e-11);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(33)]
    [InlineData(150)]
    [InlineData(300)]
    public void Eigenvectors_are_orthonormal_and_rebuild_the_matrix(int size)
    {
        var root = Numbers.Random(size, size, 8);
        var a = Numbers.Multiply(root, root.Transpose());

        var (values, vectors) = Algebra.SymmetricEigen(a);

        values.ShouldBe(values.OrderDescending());
        Numbers.Distance(Numbers.Multiply(vectors.Transpose(), vectors), Matrix.Identity(size)).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(Numbers.Scale(vectors, values), vectors.Transpose()), a).ShouldBeLessThan(1e-12);
        ShouldHavePositivePeaks(vectors);
        Algebra.SymmetricEigenvalues(a).Zip(values, (alone, value) => Math.Abs(alone - value)).Max().ShouldBeLessThan(1e-13 * values[0]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void A_matrix_with_an_entry_that_is_no_finite_number_has_no_eigenvalues(double entry)
    {
        var a = Numbers.PositiveDefinite(40, 23);
        a[30, 7] = entry;

        Should.Throw<ArgumentException>(() => Algebra.SymmetricEigen(a));
        Should.Throw<ArgumentException>(() => Algebra.SymmetricEigenvalues(a)).Message.ShouldContain("40×40");
    }

    [Fact]
    public void A_matrix_that_is_not_square_has_no_eigenvalues() =>
        Should.Throw<ArgumentException>(() => Algebra.SymmetricEigen(new Matrix(2, 3))).Message.ShouldContain("2×3");

    [Fact]
    public void Eigenvalues_of_a_known_matrix_are_found_with_their_multiplicity()
    {
        // n·I − 1·1ᵀ: eigenvalue n with multiplicity n−1, and 0.
        const int Size = 40;
        var a = new Matrix(Size, Size);
        for (var i = 0; i < Size; i++)
        {
            a.Row(i).Fill(-1);
            a[i, i] = Size - 1;
        }

        var (values, vectors) = Algebra.SymmetricEigen(a);

        values[..^1].ShouldAllBe(value => Math.Abs(value - Size) < 1e-11);
        values[^1].ShouldBe(0, 1e-11);
        Numbers.Distance(Numbers.Multiply(vectors.Transpose(), vectors), Matrix.Identity(Size)).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(9, 1)]
    [InlineData(20, 300)]
    [InlineData(300, 20)]
    [InlineData(70, 70)]
    [InlineData(130, 140)]
    public void The_thin_singular_value_decomposition_is_the_librarys(int rows, int columns)
    {
        var a = Numbers.Random(rows, columns, 9);

        var (u, s, vt) = Algebra.Svd(a);

        var rank = Math.Min(rows, columns);
        (u.Rows, u.Columns, vt.Rows, vt.Columns).ShouldBe((rows, rank, rank, columns));
        s.ShouldBe(s.OrderDescending());
        var library = new LibraryMatrix(rows, columns, a.Transpose().Values).Svd().S;
        Numbers.Distance(new Matrix(1, rank, s), new Matrix(1, rank, [.. library.Take(rank)])).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(Numbers.Scale(u, s), vt), a).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(u.Transpose(), u), Matrix.Identity(rank)).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(vt, vt.Transpose()), Matrix.Identity(rank)).ShouldBeLessThan(1e-12);
        ShouldHavePositivePeaks(u);
    }

    [Fact]
    public void Small_singular_values_keep_their_relative_accuracy()
    {
        // diag(1, 1e-3, …, 1e-12) between two orthogonal matrices: a Gram matrix alone would lose everything below 1e-8.
        const int Size = 5;
        double[] expected = [1, 1e-3, 1e-6, 1e-9, 1e-12];
        var left = Algebra.Qr(Numbers.Random(60, Size, 10)).Q;
        var right = Algebra.Qr(Numbers.Random(Size, Size, 11)).Q;

        var (_, s, _) = Algebra.Svd(Numbers.Multiply(Numbers.Scale(left, expected), right));

        for (var i = 0; i < Size; i++)
        {
            s[i].ShouldBe(expected[i], 2e-15);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-5)]
    [InlineData(1e-9)]
    public void Singular_vectors_of_an_ill_conditioned_matrix_stay_orthonormal(double smallest)
    {
        const int Size = 120;
        double[] expected = [.. Enumerable.Range(0, Size).Select(i => Math.Pow(smallest, i / (Size - 1.0)))];
        var left = Algebra.Qr(Numbers.Random(400, Size, 16)).Q;
        var right = Algebra.Qr(Numbers.Random(Size, Size, 17)).Q;

        var (u, s, vt) = Algebra.Svd(Numbers.Multiply(Numbers.Scale(left, expected), right));

        s.Zip(expected, (found, exact) => Math.Abs(found - exact)).Max().ShouldBeLessThan(1e-14);
        Numbers.Distance(Numbers.Multiply(u.Transpose(), u), Matrix.Identity(Size)).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(vt, vt.Transpose()), Matrix.Identity(Size)).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(300)]
    public void Singular_values_that_fall_by_many_orders_have_orthonormal_vectors_down_to_nothing(int orders)
    {
        const int Size = 90;
        double[] expected = [.. Enumerable.Range(0, Size).Select(i => Math.Pow(10, -orders * i / (Size - 1.0)))];
        var left = Algebra.Qr(Numbers.Random(110, Size, 24)).Q;
        var right = Algebra.Qr(Numbers.Random(Size, Size, 25)).Q;
        var a = Numbers.Multiply(Numbers.Scale(left, expected), right);

        var (u, s, vt) = Algebra.Svd(a);

        s.Zip(expected, (found, exact) => Math.Abs(found - exact)).Max().ShouldBeLessThan(1e-14);
        Numbers.Distance(Numbers.Multiply(u.Transpose(), u), Matrix.Identity(Size)).ShouldBeLessThan(1e-13);
        Numbers.Distance(Numbers.Multiply(vt, vt.Transpose()), Matrix.Identity(Size)).ShouldBeLessThan(1e-13);
        Numbers.Distance(Numbers.Multiply(Numbers.Scale(u, s), vt), a).ShouldBeLessThan(1e-13);
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(200, 30)]
    [InlineData(7, 90)]
    public void The_singular_values_of_an_orthonormal_matrix_are_ones_and_of_a_zero_matrix_zeros(int rows, int columns)
    {
        var orthonormal = Algebra.Qr(Numbers.Random(Math.Max(rows, columns), Math.Min(rows, columns), 26)).Q;
        var (_, ones, _) = Algebra.Svd(rows < columns ? orthonormal.Transpose() : orthonormal);
        var (u, zeros, vt) = Algebra.Svd(new Matrix(rows, columns));

        var thin = Math.Min(rows, columns);
        ones.ShouldAllBe(value => Math.Abs(value - 1) < 1e-14);
        zeros.ShouldBe(new double[thin]);
        Numbers.Distance(Numbers.Multiply(u.Transpose(), u), Matrix.Identity(thin)).ShouldBeLessThan(1e-14);
        Numbers.Distance(Numbers.Multiply(vt, vt.Transpose()), Matrix.Identity(thin)).ShouldBeLessThan(1e-14);
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-160)]
    [InlineData(1e300)]
    public void Decompositions_follow_the_size_of_the_numbers(double size)
    {
        var unit = Numbers.Random(70, 50, 27);
        var a = new Matrix(70, 50, Array.ConvertAll(unit.Values, value => value * size));

        var (u, s, vt) = Algebra.Svd(a);
        var (q, r) = Algebra.Qr(a);

        Numbers.Distance(Numbers.Multiply(Numbers.Scale(u, Array.ConvertAll(s, value => value / size)), vt), unit).ShouldBeLessThan(1e-13);
        Numbers.Distance(Numbers.Multiply(q, new Matrix(50, 50, Array.ConvertAll(r.Values, value => value / size))), unit).ShouldBeLessThan(1e-13);
        Numbers.Distance(Numbers.Multiply(q.Transpose(), q), Matrix.Identity(50)).ShouldBeLessThan(1e-13);
    }

    [Fact]
    public void A_matrix_with_NaN_has_no_singular_values()
    {
        var a = Numbers.Random(30, 50, 28);
        a[3, 40] = double.NaN;

        Should.Throw<ArgumentException>(() => Algebra.Svd(a)).Message.ShouldContain("30×50");
    }

    [Theory]
    [InlineData(12, 30, 4)]
    [InlineData(120, 300, 90)]
    [InlineData(30, 12, 4)]
    [InlineData(6, 6, 0)]
    public void A_matrix_of_low_rank_still_gets_orthonormal_singular_vectors(int rows, int columns, int rank)
    {
        var a = Numbers.Multiply(Numbers.Random(rows, rank, 12), Numbers.Random(rank, columns, 13));

        var (u, s, vt) = Algebra.Svd(a);

        var thin = Math.Min(rows, columns);
        s.Count(value => value > 1e-10).ShouldBe(rank);
        Numbers.Distance(Numbers.Multiply(u.Transpose(), u), Matrix.Identity(thin)).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(vt, vt.Transpose()), Matrix.Identity(thin)).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(Numbers.Scale(u, s), vt), a).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 9)]
    [InlineData(9, 5)]
    [InlineData(200, 150)]
    [InlineData(150, 200)]
    [InlineData(150, 150)]
    [InlineData(700, 20)]
    [InlineData(600, 300)]
    [InlineData(300, 420)]
    [InlineData(520, 500)]
    public void The_thin_QR_has_orthonormal_columns_and_a_non_negative_diagonal(int rows, int columns)
    {
        var a = Numbers.Random(rows, columns, 14);

        var (q, r) = Algebra.Qr(a);

        var thin = Math.Min(rows, columns);
        (q.Columns, r.Rows, r.Columns).ShouldBe((thin, thin, columns));
        Numbers.Distance(Numbers.Multiply(q, r), a).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(q.Transpose(), q), Matrix.Identity(thin)).ShouldBeLessThan(1e-12);
        for (var i = 0; i < thin; i++)
        {
            r[i, i].ShouldBeGreaterThanOrEqualTo(0);
            r.Row(i)[..i].ToArray().ShouldAllBe(value => value == 0);
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    public void A_matrix_of_low_rank_has_a_QR_with_orthonormal_columns(int columns)
    {
        var a = Numbers.Multiply(Numbers.Random(300, 30, 18), Numbers.Random(30, columns, 19));

        var (q, r) = Algebra.Qr(a);

        Numbers.Distance(Numbers.Multiply(q, r), a).ShouldBeLessThan(1e-12);
        Numbers.Distance(Numbers.Multiply(q.Transpose(), q), Matrix.Identity(columns)).ShouldBeLessThan(1e-12);
    }

    [Fact]
    public void A_matrix_of_zeros_has_a_QR_with_orthonormal_columns()
    {
        var (q, r) = Algebra.Qr(new Matrix(7, 3));

        Numbers.Distance(Numbers.Multiply(q.Transpose(), q), Matrix.Identity(3)).ShouldBeLessThan(1e-12);
        r.Values.ShouldAllBe(value => value == 0);
    }

    private static void ShouldHavePositivePeaks(Matrix columns)
    {
        for (var j = 0; j < columns.Columns; j++)
        {
            var column = Enumerable.Range(0, columns.Rows).Select(i => columns[i, j]).ToArray();
            column.MaxBy(Math.Abs).ShouldBeGreaterThan(0);
        }
    }
}
