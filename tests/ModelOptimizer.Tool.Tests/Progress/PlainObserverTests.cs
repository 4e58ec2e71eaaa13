using ModelOptimizer.Methods;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Tests.Progress;

public class PlainObserverTests
{
    [Fact]
    public void A_training_has_a_line_for_every_tenth_and_other_activities_have_one()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var observer = new PlainObserver(writer, null!);

        observer.Progress("digits", new MethodProgress("samples", 0, 0));
        for (var step = 1; step <= 40; step++)
        {
            observer.Progress("digits", new MethodProgress("training", step, 40, $"loss {step}"));
        }

        observer.Progress("digits", new MethodProgress("evaluate", 1, 2));
        observer.Progress("digits", new MethodProgress("evaluate", 2, 2));

        var lines = writer.ToString().Split('\n');
        lines[..4].ShouldBe(["digits: samples", "digits: training, 0%, loss 1", "digits: training, 10%, loss 4", "digits: training, 20%, loss 8"]);
        lines[^3..].ShouldBe(["digits: training, 100%, loss 40", "digits: evaluate", ""]);
        lines.Length.ShouldBe(14);
    }
}
