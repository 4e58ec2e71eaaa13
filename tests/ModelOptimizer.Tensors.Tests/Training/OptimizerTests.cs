using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class OptimizerTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Steps = 300;

    // A step rounds a handful of float32 operations on numbers of the size of 1, half a unit of 2⁻²³ each; momentum adds up to ten steps.
    private const double Tolerance = Steps * 1.2e-7;

    private static readonly double[][] Gradients = [.. Enumerable.Range(0, Steps).Select(step => GivenGradients.Draw(new Random(100 + step)))];
    private static readonly double[] Rates = [.. Enumerable.Range(0, Steps).Select(step => 0.02 / (1 + (step / 50)))];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.9, 0)]
    [InlineData(0, 0.05)]
    [InlineData(0.9, 0.05)]
    public void Descent_with_momentum_agrees_with_float64(double momentum, double decay) =>
        Compare(new Sgd(momentum, decay), ReferenceOptimizers.Sgd(GivenGradients.Start, Gradients, Rates, momentum, decay));

    [Theory]
    [InlineData(0.9, 0.999, 1e-8, 0.01)]
    [InlineData(0.9, 0.999, 1e-8, 0)]
    [InlineData(0.8, 0.95, 1e-3, 0.3)]
    public void Adam_with_decoupled_decay_agrees_with_float64(double beta1, double beta2, double epsilon, double decay) =>
        Compare(new AdamW(beta1, beta2, epsilon, decay), ReferenceOptimizers.AdamW(GivenGradients.Start, Gradients, Rates, beta1, beta2, epsilon, decay));

    [Fact]
    public void Adam_does_not_move_a_weight_without_gradient()
    {
        using var trainer = new Trainer(fixture.Engine, GivenGradients.Graph(fixture.Engine, new AdamW(WeightDecay: 0)));

        trainer.Step(GivenGradients.Feed(new double[GivenGradients.Count]), 0.1);

        GivenGradients.Flat(trainer.Parameters()).ShouldBe(Array.ConvertAll(GivenGradients.Start, value => (float)value));
    }

    [Fact]
    public void Long_gradients_are_scaled_to_the_limit_and_short_ones_are_not()
    {
        const double Clip = 2;
        double[] norms = [.. Gradients.Select(gradient => Math.Sqrt(gradient.Sum(value => value * value)))];
        norms.Count(norm => norm > Clip).ShouldBeInRange(Steps / 4, Steps - 20, "the test needs both");
        double[][] clipped = [.. Gradients.Zip(norms, (gradient, norm) => Array.ConvertAll(gradient, value => value * Math.Min(1, Clip / norm)))];
        using var trainer = new Trainer(fixture.Engine, GivenGradients.Graph(fixture.Engine, new Sgd(), Clip));

        for (var step = 0; step < Steps; step++)
        {
            trainer.Step(GivenGradients.Feed(Gradients[step]), Rates[step]);
            trainer.GradientNorm.ShouldBe(norms[step], 1e-5);
        }

        Compare(trainer, ReferenceOptimizers.Sgd(GivenGradients.Start, clipped, Rates, 0.9, 0));
    }

    [Fact]
    public void A_zero_gradient_is_not_scaled()
    {
        using var trainer = new Trainer(fixture.Engine, GivenGradients.Graph(fixture.Engine, new Sgd(), 1));

        trainer.Step(GivenGradients.Feed(new double[GivenGradients.Count]), 1);

        GivenGradients.Flat(trainer.Parameters()).ShouldBe(Array.ConvertAll(GivenGradients.Start, value => (float)value));
    }

    private void Compare(IOptimizer optimizer, double[] expected)
    {
        using var trainer = new Trainer(fixture.Engine, GivenGradients.Graph(fixture.Engine, optimizer));
        foreach (var (gradient, rate) in Gradients.Zip(Rates))
        {
            trainer.Step(GivenGradients.Feed(gradient), rate);
        }

        Compare(trainer, expected);
    }

    private static void Compare(Trainer trainer, double[] expected)
    {
        var found = GivenGradients.Flat(trainer.Parameters());
        expected.Zip(GivenGradients.Start, (end, start) => Math.Abs(end - start)).Max().ShouldBeGreaterThan(0.1, "nothing moved");
        found.Zip(expected, (is32, is64) => Math.Abs(is32 - is64)).Max().ShouldBeLessThan(Tolerance);
    }
}
