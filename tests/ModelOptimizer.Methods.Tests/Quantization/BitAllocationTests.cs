using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class BitAllocationTests
{
    private static readonly QuantizeMethod Method = new();
    private static readonly OnnxModel Model = Net();

    [Theory]
    [InlineData(0.7)]
    [InlineData(0.4)]
    [InlineData(0.25)]
    [InlineData(0.2)]
    [InlineData(0.17)]
    public void The_file_is_within_the_budget_and_not_far_below(double share)
    {
        var result = Within(share);

        double before = Model.ToBytes().Length;
        var after = result.Model.ToBytes().Length;
        ((double)after).ShouldBeLessThanOrEqualTo(share * before);
        // With every weight at 8 bits a third is left, and floating-point numbers come in whole layers.
        (after / before).ShouldBeGreaterThan(share > 0.33 ? share - 0.25 : share - 0.03);
    }

    [Fact]
    public void More_budget_never_has_more_of_an_effect()
    {
        var step = Step(("weights", "auto"), ("budget", "auto"));
        var effects = step.Choices().ToDictionary(layer => layer.Layer, layer => layer.Choices.ToDictionary(choice => choice.Text, choice => choice.Penalty));
        double[] shares = [0.15, 0.17, 0.19, 0.21, 0.23, 0.26, 0.3, 0.4, 0.6, 0.8];
        var predicted = shares.Select(share => Within(share).Layers.Sum(layer => effects[layer.Layer][layer.Choice.Text])).ToList();

        predicted.Zip(predicted.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First);
        predicted[0].ShouldBeGreaterThan(2 * predicted[4]);
    }

    [Fact]
    public void An_effect_is_how_far_the_outputs_are_with_this_layer_rounded_alone()
    {
        var batches = new RandomBatches(Model);
        var choices = Step(("weights", "auto"), ("budget", "auto")).Choices();
        var reference = batches.Read().SelectMany(batch => MethodRun.Outputs(Model, batch)).ToList();
        var variance = reference.Sum(value => Math.Pow(value - reference.Average(), 2));
        foreach (var (layer, bits) in choices.SelectMany(layer => new[] { (layer, 4), (layer, 3), (layer, 2) }))
        {
            var alone = Run(("weights", $"{bits}"), ("fit", "independent"), ("layers", MethodRun.Rules(layer.Layer))).Model;
            var found = batches.Read().SelectMany(batch => MethodRun.Outputs(alone, batch)).ToList();
            var measured = reference.Zip(found).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / variance;

            layer.Choices.Single(choice => choice is Choice.Bits { Count: var count } && count == bits).Penalty.ShouldBe(measured, 0.01 * measured);
        }
    }

    [Fact]
    public void Bits_go_to_the_layers_whose_rounding_is_seen_in_the_outputs()
    {
        // Two equal layers, of which one is scaled down before the output.
        var graph = new GraphBuilder().Input("x", [-1, 40]).MatMul("x", "loud", 40, 40).MatMul("x", "soft", 40, 40).Constant("small", [], [0.01]);
        var model = graph.Node("Mul", ["soft", "small"], ["scaled"]).Node("Add", ["loud", "scaled"], ["y"]).Output("y").Build();

        var result = Method.Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("weights", "auto"), Size(0.25)));

        var bits = result.Layers.ToDictionary(layer => layer.Layer, layer => layer.Bits ?? 32);
        bits["loud"].ShouldBeGreaterThanOrEqualTo(bits["soft"] + 3);
    }

    [Fact]
    public void Float16_is_chosen_only_where_codes_would_not_be_smaller()
    {
        // One weight for each channel: a code and a scale take more than the number.
        var graph = new GraphBuilder().Input("x", [-1, 500, 4, 4]).Conv("x", "c", 500, 1, [1, 1], attributes: ("group", 500));
        graph.Conv("c", "d", 20, 500, [1, 1]);
        var model = graph.Output("d").Build();

        var choices = Method.Prepare(MethodRun.Context(model, new RandomBatches(model)), Arguments(("weights", "auto"), ("budget", "auto"))).Choices();

        choices.Single(layer => layer.Layer == "c").Choices.Select(choice => choice.Text).ShouldBe(["as it is", "fp16"]);
        choices.Single(layer => layer.Layer == "d").Choices.Select(choice => choice.Text).ShouldNotContain("fp16");
    }

    [Fact]
    public void The_same_run_and_its_decisions_lead_to_the_same_bytes()
    {
        var first = Within(0.2);

        Within(0.2).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        Step(("weights", "auto"), Size(0.5)).Apply(first.Choices()).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        first.Layers.Select(layer => layer.Bits).Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Without_data_the_errors_of_the_weights_decide()
    {
        var arguments = MethodRun.Arguments(("weights", "auto"), ("rounding", "nearest"), Size(0.2));

        var result = Method.Run(MethodRun.Context(Model, null), arguments);

        result.Model.SizeInBytes.ShouldBeLessThanOrEqualTo((long)(0.2 * Model.SizeInBytes));
    }

    [Fact]
    public void A_budget_below_the_least_possible_says_what_is_possible_and_that_is()
    {
        DiagnosticException Fails(double bytes) =>
            Should.Throw<DiagnosticException>(() => Run(("weights", "auto"), ("budget", new Budget(BudgetMeasure.Size, bytes, false))));

        var error = Fails(500).Diagnostic;

        error.Code.ShouldBe(MethodCodes.BudgetTooSmall);
        var least = int.Parse(
            error.Message.Split("fewest bits, ")[1].Split(" bytes")[0].Replace(",", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture
        );
        Run(("weights", "auto"), ("budget", new Budget(BudgetMeasure.Size, least, false))).Model.SizeInBytes.ShouldBe(least);
        Fails(least - 1).Diagnostic.Code.ShouldBe(MethodCodes.BudgetTooSmall);
    }

    [Fact]
    public void A_budget_that_is_met_already_is_nothing_to_compress() => Should
        .Throw<DiagnosticException>(() => Run(("weights", "auto"), ("budget", new Budget(BudgetMeasure.Size, 1e9, false))))
        .Diagnostic.Code.ShouldBe(MethodCodes.NothingToCompress);

    private static OnnxModel Net() => new GraphBuilder()
        .Input("x", [-1, 6, 9, 9])
        .Conv("x", "c1", 16, 6, [3, 3])
        .Node("Relu", ["c1"], ["r1"])
        .Conv("r1", "c2", 40, 16, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }))
        .Node("Relu", ["c2"], ["r2"])
        .Conv("r2", "c3", 40, 40, [3, 3])
        .Node("Relu", ["c3"], ["r3"])
        .Node("GlobalAveragePool", ["r3"], ["p"])
        .Node("Flatten", ["p"], ["f"])
        .Gemm("f", "g", 30, 40)
        .Output("g")
        .Build();

    private static (string, object) Size(double share) => ("budget", new Budget(BudgetMeasure.Size, share, true));

    private static StepResult Within(double share) => Run(("weights", "auto"), Size(share));

    private static StepResult Run(params (string Name, object Value)[] options) => Step(options).Apply(null);

    private static IStep Step(params (string Name, object Value)[] options) =>
        Method.Prepare(MethodRun.Context(Model, new RandomBatches(Model)), Arguments(options));

    private static MethodArguments Arguments(params (string Name, object Value)[] options) => MethodRun.Arguments(options).Of(Method);
}
