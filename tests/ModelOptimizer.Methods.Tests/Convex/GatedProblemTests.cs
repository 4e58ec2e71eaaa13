using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class GatedProblemTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void The_loss_of_the_normal_equations_is_that_of_the_emitted_nodes(int stride, bool biased)
    {
        var data = new GatedCase(stride: stride);
        var block = data.Block(5) with { Gates = data.Gates(5, biased) };
        var expected = data.Loss(block);

        data.Moments(block.Gates).Mixer(block.Filters).Loss(block.Mixer, block.Bias).ShouldBe(expected, 1e-5 * expected);
        using var streamed = data.Streamed(block.Gates);
        streamed.Mixer(block.Filters).Loss(block.Mixer, block.Bias).ShouldBe(expected, 1e-5 * expected);
    }

    [Fact]
    public void Moments_and_passes_over_the_data_are_one_problem()
    {
        var data = new GatedCase(stride: 2);
        var block = data.Block(5);
        var moments = data.Moments(block.Gates);
        using var streamed = data.Streamed(block.Gates);

        streamed.TargetSquares.ShouldBe(moments.TargetSquares, 1e-9 * moments.TargetSquares);
        Difference(streamed.OpenTogether, moments.OpenTogether).ShouldBe(0);
        Difference(streamed.Right(block.Mixer, block.Bias), moments.Right(block.Mixer, block.Bias)).ShouldBeLessThan(1e-5);
        Difference(streamed.Product(block.Filters, block.Mixer), moments.Product(block.Filters, block.Mixer)).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void The_gradient_is_that_of_the_loss()
    {
        var data = new GatedCase();
        var block = data.Block(3);
        var moments = data.Moments(block.Gates);
        var gradient = moments
            .Product(block.Filters, block.Mixer)
            .Values.Zip(moments.Right(block.Mixer, block.Bias).Values, (product, right) => product - right)
            .ToArray();
        double Loss(int index, double step)
        {
            var filters = block.Filters.Clone();
            filters.Values[index] += step;
            return moments.Mixer(filters).Loss(block.Mixer, block.Bias) / 2;
        }

        // The loss is quadratic in a filter: central differences are exact but for rounding.
        foreach (var index in new[] { 0, 13, 40, 80 })
        {
            ((Loss(index, 0.5) - Loss(index, -0.5)) / 1).ShouldBe(gradient[index], 1e-8 * gradient.Max(Math.Abs));
        }
    }

    [Fact]
    public void The_convex_optimum_is_no_higher_than_any_blocks_loss_and_its_gradient_is_zero()
    {
        var data = new GatedCase();
        var moments = data.Moments(data.Gates(4));
        var optimum = moments.Convex().Loss;

        optimum.ShouldBeGreaterThan(0);
        optimum.ShouldBeLessThan(moments.TargetSquares);
        for (var seed = 5; seed < 9; seed++)
        {
            GatedCase.Fit(moments, data.Block(4, seed), 1e-3, 20).Losses[^1].ShouldBeGreaterThanOrEqualTo(optimum);
        }
    }

    private static double Difference(Matrix found, Matrix expected) => MethodRun.Difference(expected.Values, found.Values);
}
