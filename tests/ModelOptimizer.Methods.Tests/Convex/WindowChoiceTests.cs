using ModelOptimizer.Methods.Convex;

namespace ModelOptimizer.Methods.Tests.Convex;

public class WindowChoiceTests
{
    [Theory]
    [InlineData(32, 32, 3, 1, 1, 1)]
    [InlineData(32, 16, 3, 2, 1, 1)]
    [InlineData(7, 4, 3, 2, 1, 1)]
    [InlineData(56, 14, 5, 4, 2, 2)]
    [InlineData(28, 24, 5, 1, 0, 0)]
    [InlineData(28, 26, 5, 1, 1, 1)]
    [InlineData(7, 1, 7, 7, 3, 3)]
    public void Stride_and_padding_follow_from_the_shapes(int from, int to, int kernel, int stride, int begin, int end)
    {
        var (window, obstacle) = WindowChoice.For([1, 2, from, from], [1, 5, to, to], kernel);

        obstacle.ShouldBeNull();
        (window!.Strides[0], window.Pads[0], window.Pads[2]).ShouldBe((stride, begin, end));
        (((from + window.Pads[0] + window.Pads[2] - kernel) / stride) + 1).ShouldBe(to);
    }

    [Fact]
    public void A_window_that_is_too_small_says_what_is_large_enough()
    {
        WindowChoice
            .For([1, 2, 28, 28], [1, 5, 24, 24], 3)
            .Obstacle.ShouldBe("windows of 3 taps have 26 places on its input, and its output has 24; write 'kernel: 5' or more");
        WindowChoice
            .For([1, 2, 8, 8], [1, 5, 4, 4], 1)
            .Obstacle.ShouldBe("1 taps at a stride of 2 would leave out a part of its input; write 'kernel: 2' or more");
        WindowChoice.For([1, 2, 8, 8], [1, 5, 16, 16], 3).Obstacle.ShouldBe("its output is larger than its input (16 places from 8)");
    }
}
