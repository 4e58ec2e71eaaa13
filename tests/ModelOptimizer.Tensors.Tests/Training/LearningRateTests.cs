using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class LearningRateTests
{
    [Fact]
    public void A_constant_rate_is_constant() => Values(new LearningRate(0.5)).ShouldAllBe(rate => rate == 0.5);

    [Fact]
    public void A_cosine_is_half_way_at_half_time_and_ends_near_zero()
    {
        var values = Values(new LearningRate(2, ScheduleShape.Cosine));

        values[0].ShouldBe(2);
        values[50].ShouldBe(1, 1e-12);
        values[25].ShouldBe(1 + Math.Sqrt(0.5), 1e-12);
        values[99].ShouldBe(1 + Math.Cos(0.99 * Math.PI), 1e-12);
    }

    [Fact]
    public void A_line_falls_by_the_same_amount_at_every_step()
    {
        var values = Values(new LearningRate(1, ScheduleShape.Linear));

        values.ShouldBe(Enumerable.Range(0, 100).Select(step => 1 - (step / 100.0)), 1e-12);
    }

    [Fact]
    public void Steps_fall_to_a_tenth_twice()
    {
        var values = Values(new LearningRate(1, ScheduleShape.Step));

        values.Take(50).ShouldAllBe(rate => rate == 1);
        values.Skip(50).Take(25).ShouldAllBe(rate => rate == 0.1);
        values.Skip(75).ShouldAllBe(rate => rate == 0.01);
    }

    [Fact]
    public void A_warm_up_rises_in_a_line_and_the_shape_begins_behind_it()
    {
        var values = Values(new LearningRate(1, ScheduleShape.Linear, WarmUp: 0.2));

        values[0].ShouldBe(1.0 / 21, 1e-12);
        values[19].ShouldBe(20.0 / 21, 1e-12);
        values[20].ShouldBe(1);
        values[60].ShouldBe(0.5, 1e-12);
    }

    [Fact]
    public void One_step_has_the_whole_rate() => new LearningRate(0.1, ScheduleShape.Cosine, WarmUp: 0.1).At(0, 1).ShouldBe(0.1);

    private static double[] Values(LearningRate rate) => [.. Enumerable.Range(0, 100).Select(step => rate.At(step, 100))];
}
