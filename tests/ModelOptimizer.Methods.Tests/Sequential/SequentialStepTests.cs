using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Sequential;

/// <summary>What every step does whose layers make up for those before them.</summary>
public class SequentialStepTests
{
    [Theory]
    [InlineData("tucker")]
    [InlineData("quantize")]
    public void What_a_step_remembers_of_other_decisions_changes_nothing(string method)
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model);
        IStep Step() => MethodRun.Named(method).Prepare(MethodRun.Context(model, batches), MethodRun.Arguments(Options(method)).Of(MethodRun.Named(method)));
        var decided = Step().Apply(null).Choices();
        var fewer = decided.ToDictionary(choice => choice.Key, choice => choice.Key == "c.1" ? new Choice.Keep() : choice.Value);

        var step = Step();
        step.Apply(decided);

        step.Apply(fewer).Model.ToBytes().ShouldBe(Step().Apply(fewer).Model.ToBytes());
        step.Apply(decided).Model.ToBytes().ShouldBe(Step().Apply(decided).Model.ToBytes());
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("quantize")]
    public void Weights_and_biases_of_layers_that_no_rule_selects_stay_to_the_bit(string method)
    {
        var model = ResidualNetwork.Create();

        var result = MethodRun.Of(method, model, [Options(method), ("layers", MethodRun.Rules("a.*"))]);

        var (before, after) = (new ConstantLookup(model.Graph), new ConstantLookup(result.Model.Graph));
        var untouched = model.Graph.Initializer.Where(tensor => !tensor.Name.StartsWith("a.", StringComparison.Ordinal)).ToList();
        untouched.ShouldNotBeEmpty();
        untouched.ShouldAllBe(tensor => after[tensor.Name].Equals(before[tensor.Name]));
    }

    private static (string, object) Options(string method) =>
        method == "quantize" ? ("weights", new LayerMap<string>([(new LayerRule("*"), "3")])) : ("ranks", MethodRun.Share(0.4));
}
