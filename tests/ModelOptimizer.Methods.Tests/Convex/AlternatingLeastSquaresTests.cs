using ModelOptimizer.Methods.Convex;

namespace ModelOptimizer.Methods.Tests.Convex;

public class AlternatingLeastSquaresTests
{
    [Fact]
    public void No_sweep_raises_the_loss_and_the_end_is_stationary()
    {
        var data = new GatedCase();
        var moments = data.Moments(data.Gates(4));

        var fit = GatedCase.Fit(moments, data.Block(4), 1e-7, 5000, moments.Windows);

        fit.Losses.Zip(fit.Losses.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First);
        fit.Gradient.ShouldBeLessThan(1e-6);
        fit.Losses[^1].ShouldBe(data.Loss(fit.Block), 1e-5 * fit.Losses[^1]);
        fit.Losses[^1].ShouldBeGreaterThanOrEqualTo(moments.Convex().Loss);
    }

    [Fact]
    public void Passes_over_the_data_come_to_the_same_loss()
    {
        var data = new GatedCase();
        var start = data.Block(4);
        var moments = data.Moments(start.Gates);
        using var streamed = data.Streamed(start.Gates);

        var expected = GatedCase.Fit(moments, start, 1e-4, 300, moments.Windows);
        var found = GatedCase.Fit(streamed, start, 1e-4, 300, moments.Windows);

        found.Losses.Zip(found.Losses.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First);
        found.Losses[^1].ShouldBe(expected.Losses[^1], 1e-3 * expected.Losses[^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_teacher_that_is_a_gated_block_with_these_gates_is_recovered(int stride)
    {
        var teacher = new GatedCase(samples: 48, stride: stride).Block(4);
        var data = new GatedCase(samples: 48, stride: stride).TaughtBy(teacher);
        var moments = data.Moments(teacher.Gates);

        var fit = GatedCase.Fit(moments, teacher with { Filters = moments.Convex().Filters }, 1e-9, 200, moments.Windows);

        Math.Sqrt(fit.Losses[^1] / moments.TargetSquares).ShouldBeLessThan(1e-6);
        MethodRun
            .Difference([.. data.Run(teacher).Select(value => (double)value)], [.. data.Run(fit.Block).Select(value => (double)value)])
            .ShouldBeLessThan(1e-6 * 4);
    }

    [Fact]
    public void Passes_over_the_data_recover_it_as_far_as_float32_goes()
    {
        var teacher = new GatedCase(samples: 48).Block(4);
        var data = new GatedCase(samples: 48).TaughtBy(teacher);
        var moments = data.Moments(teacher.Gates);
        using var streamed = data.Streamed(teacher.Gates);

        var fit = GatedCase.Fit(streamed, teacher with { Filters = moments.Convex().Filters }, 1e-9, 200, moments.Windows);

        Math.Sqrt(data.Loss(fit.Block) / moments.TargetSquares).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_gate_that_never_opens_gets_no_weight_and_disturbs_nothing()
    {
        var data = new GatedCase();
        var (three, four) = (data.Block(3), data.Block(4));
        var closed = new double[4];
        closed[3] = -1e6;
        var gates = new GateFilters(four.Gates.Filters, closed);

        var fit = GatedCase.Fit(data.Moments(gates), four with { Gates = gates }, 1e-5, 500);

        Enumerable.Range(0, 4).ShouldAllBe(output => fit.Block.Mixer[output, 3] == 0);
        fit.Losses[^1]
            .ShouldBeGreaterThanOrEqualTo(
                data.Moments(three.Gates with { Filters = new(3, data.Taps, four.Gates.Filters.Values[..(3 * data.Taps)]) }).Convex().Loss
            );
    }
}
