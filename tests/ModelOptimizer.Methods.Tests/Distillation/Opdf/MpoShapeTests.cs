using ModelOptimizer.Methods.Distillation;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class MpoShapeTests
{
    [Theory]
    [InlineData(64, 48, 32, 24, 5, 7_667_712)]
    [InlineData(32, 24, 32, 24, 5, 1_916_928)]
    [InlineData(64, 48, 32, 24, 7, 10_321_920)]
    [InlineData(32, 24, 32, 24, 7, 2_580_480)]
    [InlineData(64, 48, 32, 24, 10, 14_303_232)]
    public void Published_shapes_have_the_published_number_of_parameters(int a, int b, int first, int last, int tensors, long expected)
    {
        int[] ones = [.. Enumerable.Repeat(1, tensors - 2)];
        var shape = new MpoShape([a, .. ones, b], [first, .. ones, last]);

        shape.Parameters.ShouldBe(expected);
        shape.Rate.ShouldBe((double)expected / (a * b * first * last));
    }

    [Fact]
    public void So_has_the_one_of_twos_and_threes() =>
        new MpoShape([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3], [2, 2, 2, 2, 2, 1, 1, 2, 2, 2, 3]).Parameters.ShouldBe(5_158_769);

    [Fact]
    public void Bonds_grow_from_both_ends()
    {
        var shape = new MpoShape([2, 3, 2, 2], [2, 2, 1, 3]);

        shape.Bonds.ShouldBe([1, 4, 12, 6, 1]);
        shape.Parameters.ShouldBe((4 * 4) + (4 * 6 * 12) + (12 * 2 * 6) + (6 * 6));
    }

    [Theory]
    [InlineData(3072, 768, 5, 3.25, "(64,1,1,1,48)×(32,1,1,1,24)")]
    [InlineData(768, 768, 5, 3.25, "(32,1,1,1,24)×(32,1,1,1,24)")]
    [InlineData(64, 576, 3, 3.0, "(8,1,8)×(24,1,24)")]
    public void A_rate_chooses_the_published_shape(int rows, int columns, int tensors, double rate, string expected) =>
        ShapeChoice.For(rows, columns, tensors, rate).ToString().ShouldBe(expected);

    [Theory]
    [InlineData(512, 4608, 3.0)]
    [InlineData(512, 4608, 1.5)]
    [InlineData(64, 147, 2.0)]
    [InlineData(1000, 2048, 4.0)]
    [InlineData(120, 84, 7.0)]
    public void The_rate_is_met_where_the_sides_have_enough_factors(int rows, int columns, double rate)
    {
        var shape = ShapeChoice.For(rows, columns, ShapeChoice.Tensors(rate), rate);

        shape.Rate.ShouldBeInRange(rate * 0.85, rate * 1.15);
        (shape.RowExtent, shape.ColumnExtent).ShouldBe((rows, columns));
    }

    [Fact]
    public void No_other_pair_of_outer_factors_is_nearer_to_the_rate()
    {
        var best = Math.Abs(Math.Log(ShapeChoice.For(24, 60, 5, 2.2).Rate / 2.2));

        foreach (var a in Enumerable.Range(1, 24).Where(a => 24 % a == 0))
        {
            foreach (var b in Enumerable.Range(1, 60).Where(b => 60 % b == 0))
            {
                Math.Abs(Math.Log(new MpoShape([a, 1, 1, 1, 24 / a], [b, 1, 1, 1, 60 / b]).Rate / 2.2)).ShouldBeGreaterThanOrEqualTo(best - 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(3.25, 5)]
    [InlineData(5, 5)]
    [InlineData(5.5, 7)]
    [InlineData(8, 9)]
    public void The_number_of_tensors_is_odd_and_reaches_the_rate(double rate, int expected) => ShapeChoice.Tensors(rate).ShouldBe(expected);

    [Theory]
    [InlineData(384, 384, 768, 768)]
    [InlineData(312, 1200, 768, 3072)]
    [InlineData(48, 64, 64, 64)]
    [InlineData(30, 77, 64, 100)]
    public void Student_and_teacher_of_different_sizes_have_equal_auxiliary_tensors(int rows, int columns, int teacherRows, int teacherColumns)
    {
        var (student, teacher) = ShapeChoice.For((rows, columns), (teacherRows, teacherColumns), 5, 2.5);

        (student.RowExtent, student.ColumnExtent).ShouldBe((rows, columns));
        (teacher.RowExtent, teacher.ColumnExtent).ShouldBe((teacherRows, teacherColumns));
        student.Bonds.ShouldBe(teacher.Bonds);
        foreach (var k in new[] { 0, 1, 3, 4 })
        {
            (student.Rows[k], student.Columns[k]).ShouldBe((teacher.Rows[k], teacher.Columns[k]));
        }
    }

    [Fact]
    public void The_cheapest_contraction_of_published_shapes_starts_at_the_smaller_side()
    {
        var shape = new MpoShape([64, 1, 1, 1, 48], [32, 1, 1, 1, 24]);

        // Three d×d×d products and the outer one: d = 1152.
        new ContractionOrder(shape).MultiplyAdds.ShouldBe((3 * Math.Pow(1152, 3)) + (2048.0 * 1152 * 1152));
    }
}
