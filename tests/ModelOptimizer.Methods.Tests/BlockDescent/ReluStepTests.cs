using ModelOptimizer.Methods.BlockDescent;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class ReluStepTests
{
    private readonly Random64 _random = new(1);

    [Fact]
    public void Nothing_on_a_fine_grid_is_below_the_minimiser()
    {
        for (var trial = 0; trial < 2000; trial++)
        {
            var (a, b, g) = (2 * _random.Normal(), 2 * _random.Normal(), Math.Exp(_random.Normal()));
            var least = Value(ReluStep.Minimiser(a, b, g), a, b, g);
            for (var u = -8.0; u <= 8; u += 0.02)
            {
                least.ShouldBeLessThanOrEqualTo(Value(u, a, b, g) + 1e-12);
            }
        }
    }

    [Fact]
    public void The_minimiser_is_as_good_as_the_papers_table_of_cases()
    {
        for (var trial = 0; trial < 100_000; trial++)
        {
            var g = (trial % 4) switch { 0 => 0.1, 1 => 1.0, 2 => 7.0, _ => Math.Exp(_random.Normal()) };
            var (a, b) = (_random.Normal(), trial % 50 == 0 ? 0 : _random.Normal());

            Value(ReluStep.Minimiser(a, b, g), a, b, g).ShouldBe(Value(Published(a, b, g), a, b, g), 1e-12);
        }
    }

    [Theory]
    [InlineData(-1, 2, 0.5)]
    [InlineData(-3, 0, 1)]
    [InlineData(2, 0, 1)]
    [InlineData(0, 0, 1)]
    public void Negative_outputs_and_zero_inputs_are_no_exceptions(double a, double b, double g) =>
        Value(ReluStep.Minimiser(a, b, g), a, b, g).ShouldBe(Enumerable.Range(-4000, 8001).Min(i => Value(i / 1000.0, a, b, g)), 1e-6);

    // The first case that holds, as in the paper's supplement.
    private static double Published(double a, double b, double g)
    {
        var r = Math.Sqrt(g * (g + 1));
        if (-a <= g * b && g * b <= a * (g - r))
        {
            return b;
        }

        if ((a + (g * b) >= 0 && b >= 0) || (b < 0 && a * (g - r) <= g * b))
        {
            return (a + (g * b)) / (1 + g);
        }

        return a + (g * b) < 0 ? Math.Min(b, 0) : 0;
    }

    private static double Value(double u, double a, double b, double g) => (0.5 * Math.Pow(a - Math.Max(u, 0), 2)) + (g / 2 * Math.Pow(u - b, 2));
}
