using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class TrainerTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly double[] Sixteenths = [.. Enumerable.Range(1, GivenGradients.Count).Select(i => i / 16.0)];

    [Fact]
    public void Weights_are_read_from_the_buffer_written_last_after_even_and_odd_numbers_of_steps()
    {
        using var trainer = Trainer(new Sgd(Momentum: 0));
        for (var step = 0; step < 6; step++)
        {
            var found = GivenGradients.Flat(trainer.Parameters());
            for (var i = 0; i < found.Length; i++)
            {
                found[i].ShouldBe((float)(GivenGradients.Start[i] - (step * Sixteenths[i])), 1e-6f);
            }

            trainer.Steps.ShouldBe(step);
            trainer.Step(GivenGradients.Feed(Sixteenths), 1);
        }
    }

    [Fact]
    public void The_loss_is_that_of_the_weights_before_the_step()
    {
        using var trainer = Trainer(new Sgd());

        var loss = trainer.Step(GivenGradients.Feed(Sixteenths), 1);

        loss.ShouldBe(GivenGradients.Start.Zip(Sixteenths, (weight, x) => weight * x).Sum(), 1e-5);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Restored_state_goes_on_bit_for_bit(int steps)
    {
        using var whole = Trainer(new AdamW());
        Run(whole, 0, steps);
        var saved = whole.Save();
        Run(whole, steps, 7);
        var expected = whole.Save();

        whole.Restore(saved);
        whole.Steps.ShouldBe(steps);
        Run(whole, steps, 7);
        whole.Save().ShouldBe(expected);

        using var other = Trainer(new AdamW());
        other.Restore(saved);
        Run(other, steps, 7);
        other.Save().ShouldBe(expected);
    }

    [Fact]
    public void State_of_another_graph_is_refused()
    {
        using var one = Trainer(new Sgd());
        using var other = Trainer(new AdamW());

        Should.Throw<ArgumentException>(() => other.Restore(one.Save()));
    }

    [Fact]
    public void Missing_and_wrong_inputs_are_one_clear_error()
    {
        using var trainer = Trainer(new Sgd());
        var feed = GivenGradients.Feed(Sixteenths);

        feed["y"] = HostTensor.From<float>(DataType.Float, [4], new float[4]);
        var wrong = Should.Throw<DiagnosticException>(() => trainer.Step(feed, 1));
        feed.Remove("y");
        var missing = Should.Throw<DiagnosticException>(() => trainer.Step(feed, 1));

        wrong.Diagnostic.Code.ShouldBe("MOC2304");
        wrong.Message.ShouldContain("'y' is trained with Float, 5; it got Float, 4");
        missing.Message.ShouldContain("no data");
        trainer.Steps.ShouldBe(0);
    }

    private static void Run(Trainer trainer, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            trainer.Step(GivenGradients.Feed(GivenGradients.Draw(new Random(step))), 0.1);
        }
    }

    private Trainer Trainer(IOptimizer optimizer) => new(fixture.Engine, GivenGradients.Graph(fixture.Engine, optimizer));
}
