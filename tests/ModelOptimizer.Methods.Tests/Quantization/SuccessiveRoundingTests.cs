using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class SuccessiveRoundingTests
{
    [Theory]
    [InlineData("8")]
    [InlineData("4")]
    [InlineData("3")]
    [InlineData("2")]
    [InlineData("ternary")]
    public void Codes_are_those_of_the_published_loop(string name)
    {
        var format = WeightFormat.Find(name)!;
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random64(seed);
            var (weight, sigma) = (random.Matrix(9, 40), random.Sigma(40, 0.9));
            var scales = ScaleSearch.Choose(weight, _ => null, format);

            Round(weight, sigma, scales, format).ShouldBe(PlainGptq.Round(weight, sigma, scales, format));
        }
    }

    [Fact]
    public void Blocks_do_not_change_the_result()
    {
        var random = new Random64(4);
        var (weight, sigma) = (random.Matrix(20, 300), random.Sigma(300, 0.99));
        var format = WeightFormat.Find("4")!;
        var scales = ScaleSearch.Choose(weight, _ => null, format);

        var whole = Round(weight, sigma, scales, format, 1000);

        Round(weight, sigma, scales, format).ShouldBe(whole);
        Round(weight, sigma, scales, format, 7).ShouldBe(whole);
        Round(weight, sigma, scales, format).ShouldBe(Round(weight, sigma, scales, format));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("4")]
    [InlineData("3")]
    [InlineData("2")]
    [InlineData("ternary")]
    public void The_error_under_the_moments_is_never_above_that_of_the_nearest_numbers(string name)
    {
        var format = WeightFormat.Find(name)!;
        var ratios = new List<double>();
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random64(seed);
            var (weight, sigma) = (random.Matrix(12, 48), random.Sigma(48, 0.95));
            var scales = ScaleSearch.Choose(weight, _ => null, format);
            var nearest = new sbyte[weight.Values.Length];
            for (var i = 0; i < nearest.Length; i++)
            {
                nearest[i] = (sbyte)format.Code(weight.Values[i], scales[i / 48]);
            }

            ratios.Add(Error(weight, sigma, scales, Round(weight, sigma, scales, format)) / Error(weight, sigma, scales, nearest));
        }

        ratios.Max().ShouldBeLessThan(1);
        ratios.Average().ShouldBeLessThan(0.8);
    }

    [Fact]
    public void A_moment_of_few_samples_is_regular_with_its_ridge_and_one_of_none_is_not_used()
    {
        var random = new Random64(2);
        var weight = random.Matrix(5, 30);
        var few = random.Matrix(30, 3);
        var sigma = TestProblem.Algebra.Gram(few);
        var format = WeightFormat.Find("4")!;
        var scales = ScaleSearch.Choose(weight, _ => null, format);

        IRounding.IsUsable(new SecondMoment([sigma], [new double[30]], 3), 0).ShouldBeTrue();
        IRounding.IsUsable(new SecondMoment([new Matrix(3, 3)], [new double[3]], 3), 0).ShouldBeFalse();
        Round(weight, sigma, scales, format).ShouldBe(PlainGptq.Round(weight, sigma, scales, format));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void In_the_span_of_few_samples_the_same_codes_come_out(int count)
    {
        var random = new Random64(20 + count);
        var (weight, span) = (random.Matrix(9, 60), random.Matrix(count, 60));
        var sigma = TestProblem.Algebra.Gram(span.Transpose());
        var scales = ScaleSearch.Choose(weight, _ => null, WeightFormat.Find("3")!);
        var (whole, few) = (new SuccessiveRounding(TestProblem.Algebra, sigma), new SpanRounding(span));

        var codes = new sbyte[weight.Values.Length];
        few.Round(weight, 0, weight.Rows, scales, WeightFormat.Find("3")!, codes);

        codes.ShouldBe(Round(weight, sigma, scales, WeightFormat.Find("3")!));
        few.LogDiagonal.ShouldBe(whole.LogDiagonal, 1e-9);
    }

    [Fact]
    public void Blocks_of_columns_have_scales_of_their_own_in_both_ways_of_rounding()
    {
        var random = new Random64(31);
        var (weight, span, format) = (random.Matrix(9, 60), random.Matrix(20, 60), WeightFormat.Find("4")!);
        var sigma = TestProblem.Algebra.Gram(span.Transpose());
        var scales = ScaleSearch.Choose(weight, _ => null, format, block: 16);
        var (whole, few) = (new sbyte[weight.Values.Length], new sbyte[weight.Values.Length]);

        new SuccessiveRounding(TestProblem.Algebra, sigma).Round(weight, 0, weight.Rows, scales, format, whole, block: 16);
        new SpanRounding(span).Round(weight, 0, weight.Rows, scales, format, few, block: 16);

        scales.Length.ShouldBe(9 * 4);
        few.ShouldBe(whole);
        // Each block's scale is that of a weight of its own.
        for (var block = 0; block < 4; block++)
        {
            var columns = Enumerable.Range(16 * block, Math.Min(16, 60 - (16 * block))).ToArray();
            var part = new Matrix(9, columns.Length, [.. Enumerable.Range(0, 9).SelectMany(row => columns.Select(column => weight[row, column]))]);
            ScaleSearch.Choose(part, _ => null, format).ShouldBe(Enumerable.Range(0, 9).Select(row => scales[(row * 4) + block]));
        }
    }

    [Fact]
    public void A_row_of_zeros_has_the_scale_0_and_the_codes_0()
    {
        var random = new Random64(3);
        var weight = random.Matrix(4, 20);
        weight.Row(2).Clear();
        var format = WeightFormat.Find("4")!;

        var scales = ScaleSearch.Choose(weight, _ => null, format);

        scales[2].ShouldBe(0);
        scales.Count(scale => scale > 0).ShouldBe(3);
        Round(weight, random.Sigma(20), scales, format).AsSpan(40, 20).ToArray().ShouldAllBe(code => code == 0);
    }

    [Fact]
    public void The_scale_is_the_best_of_all_that_are_tried()
    {
        var random = new Random64(5);
        var weight = random.Matrix(6, 50);
        var importance = random.Normals(50).Select(Math.Abs).ToArray();
        foreach (var format in WeightFormat.All.Where(format => format.HasCodes))
        {
            var scales = ScaleSearch.Choose(weight, _ => importance, format);
            for (var row = 0; row < weight.Rows; row++)
            {
                var numbers = weight.Row(row).ToArray();
                double ErrorOf(double scale) =>
                    numbers
                        .Select(
                            (value, d) => importance[d] * Math.Pow(value - (Math.Clamp(Math.Round(value / scale), format.Lowest, format.Highest) * scale), 2)
                        )
                        .Sum();
                var whole = numbers.Max(Math.Abs) / format.Highest;
                var least = format.Highest == 1 ? 0.1 : 0.35;

                // Eight significant bits.
                static double Short(double scale)
                {
                    var unit = Math.Pow(2, Math.Floor(Math.Log2(scale)) - 7);
                    return unit * Math.Round(scale / unit, MidpointRounding.AwayFromZero);
                }

                ErrorOf(scales[row]).ShouldBe(Enumerable.Range(0, 40).Min(i => ErrorOf(Short((float)(whole * (least + ((1 - least) * i / 39)))))), 1e-9);
            }
        }
    }

    private static sbyte[] Round(Matrix weight, Matrix sigma, float[] scales, WeightFormat format, int block = SuccessiveRounding.Block)
    {
        var codes = new sbyte[weight.Values.Length];
        new SuccessiveRounding(TestProblem.Algebra, sigma, block).Round(weight, 0, weight.Rows, scales, format, codes);
        return codes;
    }

    private static double Error(Matrix weight, Matrix sigma, float[] scales, sbyte[] codes)
    {
        var difference = new Matrix(
            weight.Rows,
            weight.Columns,
            [.. weight.Values.Select((value, i) => value - (codes[i] * (double)scales[i / weight.Columns]))]
        );
        return TestProblem.Algebra.Multiply(difference, sigma).Values.Zip(difference.Values, (a, b) => a * b).Sum();
    }
}
