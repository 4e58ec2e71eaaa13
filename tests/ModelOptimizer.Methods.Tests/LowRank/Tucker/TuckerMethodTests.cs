using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class TuckerMethodTests
{
    [Theory]
    [InlineData("folded", 0, "bn: folded")]
    [InlineData("unfolded", 1, "bn: unfolded")]
    public void A_batch_normalization_is_folded_or_stays(string mode, int left, string note)
    {
        foreach (var bias in new[] { true, false })
        {
            var model = LowRankConv(bias);

            var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4, 3)), ("bn", mode));

            result.Model.Graph.Node.Count(node => node.OpType == "BatchNormalization").ShouldBe(left);
            result.Layers.ShouldHaveSingleItem().Note!.ShouldStartWith(note);
            var batch = new RandomBatches(model).Read().First();
            MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch)).ShouldBeLessThan(1e-4);
        }
    }

    [Fact]
    public void Half_precision_stays_half_precision()
    {
        var half = (int)TensorProto.Types.DataType.Float16;
        var model = new GraphBuilder()
            .Input("x", [1, 16, 8, 8], half)
            .Random("w", [16, 16, 3, 3], 0.1, half)
            .Node("Conv", ["x", "w"], ["y"], ("pads", new[] { 1, 1, 1, 1 }))
            .Output("y", null, half)
            .Build();

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(8, 8)));

        result.Model.Graph.Initializer.ShouldAllBe(tensor => tensor.DataType == half);
        RuntimeView.Repeated(result.Model).ShouldBeEmpty();
        var batch = new RandomBatches(model).Read().First();
        // Random kernels lose much at half the ranks: the outputs are still those of this kernel, not of another.
        var (expected, found) = (MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch));
        expected.Zip(found, (a, b) => a * b).Sum().ShouldBeGreaterThan(0.5 * expected.Sum(value => value * value));
    }

    [Fact]
    public void Two_runs_give_the_same_bytes()
    {
        var model = SmallNet();
        StepResult Run() => MethodRun.Tucker(model, ("budget", new Budget(BudgetMeasure.Size, 0.6, true)));

        Run().Model.ToBytes().ShouldBe(Run().Model.ToBytes());
    }

    [Fact]
    public void Layers_that_cannot_be_taken_are_listed_with_the_reason()
    {
        var model = new GraphBuilder().Input("x", [1, 8, 6, 6])
            .Conv("x", "depthwise", 8, 8, [3, 3], group: 8, attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Conv("depthwise", "tiny", 2, 8, [1, 1])
            .Conv("tiny", "wide", 24, 2, [3, 3])
            .Conv("wide", "good", 24, 24, [1, 1])
            .Random("shared", [24, 24, 1, 1])
            .Node("Conv", ["good", "shared"], ["a"]).Named("a").Node("Conv", ["a", "shared"], ["b"]).Named("b").Output("b").Build();

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(2)));

        result.Layers.Select(layer => $"{layer.Layer}: {layer.SkipReason ?? string.Join(",", layer.Ranks)}").ShouldBe(
        [
            "depthwise: depthwise: each group has one input channel",
            "tiny: its factors would not be smaller",
            "wide: 2,2",
            "good: 2",
            "a: its weight is shared: it is read 2 times",
            "b: its weight is shared: it is read 2 times",
        ]);
        result.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes);
    }

    [Fact]
    public void Energy_and_error_bound_every_layer()
    {
        var model = SmallNet();

        var byError = MethodRun.Tucker(model, ("error", 0.3)).Layers.Where(layer => layer.SkipReason is null).ToList();
        var byEnergy = MethodRun.Tucker(model, ("energy", 1 - 0.09)).Layers.Where(layer => layer.SkipReason is null).ToList();
        var strict = MethodRun.Tucker(model, ("error", 0.15)).Layers.Where(layer => layer.SkipReason is null).ToList();

        byError.ShouldNotBeEmpty();
        byError.ShouldAllBe(layer => layer.RelativeError <= 0.3 + 1e-9 && layer.ParametersAfter < layer.ParametersBefore);
        byEnergy.Select(layer => layer.ParametersAfter).ShouldBe(byError.Select(layer => layer.ParametersAfter));
        strict.ShouldAllBe(layer => layer.RelativeError <= 0.15 + 1e-9);
        strict
            .Join(byError, a => a.Layer, b => b.Layer, (a, b) => (Strict: a, Loose: b))
            .ShouldAllBe(pair => pair.Strict.ParametersAfter >= pair.Loose.ParametersAfter);
    }

    [Fact]
    public void Ranks_found_by_a_budget_can_be_given_by_hand()
    {
        var model = SmallNet();
        var found = MethodRun.Tucker(model, ("budget", new Budget(BudgetMeasure.Params, 0.5, true, Allocation.Uniform)));
        var taken = found.Layers.Where(layer => layer.SkipReason is null).ToList();

        var again = MethodRun.Tucker(
            model,
            (
                "ranks",
                new Methods.Options.LayerMap<RankSpec>([
                    .. taken.Select(layer => (new Methods.Options.LayerRule(layer.Layer), new RankSpec { Ranks = layer.Ranks })),
                ])
            )
        );

        again.Model.ToBytes().ShouldBe(found.Model.ToBytes());
    }

    [Fact]
    public void The_frobenius_norm_needs_no_data_and_covariance_says_so()
    {
        var model = SmallNet();
        var context = MethodRun.Context(model, null);

        new TuckerMethod()
            .Run(context, MethodRun.Arguments(("norm", "frobenius"), ("budget", new Budget(BudgetMeasure.Size, 0.6, true))))
            .Layers.ShouldContain(layer => layer.SkipReason == null);
        Should
            .Throw<DiagnosticException>(() => new TuckerMethod().Run(context, MethodRun.Arguments(("ranks", MethodRun.Ranks(2)))))
            .Diagnostic.Code.ShouldBe(MethodCodes.NoCalibration);
    }

    [Fact]
    public void A_bias_that_callers_may_replace_is_neither_folded_nor_moved()
    {
        var model = LowRankConv(bias: true);
        var batches = new RandomBatches(model);
        model.Graph.Input.Add(new GraphBuilder().Input("b", [12]).Build().Graph.Input[0].Clone());
        StepResult Run(bool centred) => new TuckerMethod().Run(
            MethodRun.Context(model, batches), MethodRun.Arguments(("ranks", MethodRun.Ranks(4, 3)), ("moment", centred ? "centred" : "uncentred")));
        var batch = batches.Read().First();
        var bias = HostTensor.From<float>(TensorProto.Types.DataType.Float, [12], [.. Enumerable.Range(0, 12).Select(i => i - 6f)]);
        var other = batch with { Inputs = new Dictionary<string, HostTensor>(batch.Inputs) { ["b"] = bias } };

        var result = Run(centred: false);

        var (own, given) = (MethodRun.Outputs(model, batch), MethodRun.Outputs(model, other));
        MethodRun.Difference(own, given).ShouldBeGreaterThan(0.1);
        MethodRun.Difference(own, MethodRun.Outputs(result.Model, batch)).ShouldBeLessThan(1e-4);
        MethodRun.Difference(given, MethodRun.Outputs(result.Model, other)).ShouldBeLessThan(1e-4);
        result.Layers[0].Note!.ShouldStartWith("bn: unfolded, since the bias is also an input of the graph");
        Should.Throw<DiagnosticException>(() => Run(centred: true)).Message
            .ShouldContain("its bias is not a constant vector, which the centred moment would move");
    }

    [Fact]
    public void A_cancelled_run_ends()
    {
        var model = SmallNet();
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(() =>
            new TuckerMethod().Run(MethodRun.Context(model, new RandomBatches(model), source.Token), MethodRun.Arguments(("error", 0.3)))
        );
    }

    [Fact]
    public void Few_windows_shrink_the_moment_and_say_so()
    {
        var model = new GraphBuilder().Input("x", [-1, 40]).Gemm("x", "y", 30, 40).Output("y").Build();

        MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(8))).Layers[0].Note.ShouldBe("32 windows for 40 directions: shrink 0.092");
        MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(8)), ("shrink", 0.5)).Layers[0].Note.ShouldBe("32 windows for 40 directions: shrink 0.5");
    }

    [Fact]
    public void The_plan_names_the_layers_and_predicts_memory_and_work()
    {
        var model = SmallNet();
        var small = new TuckerMethod().Plan(
            MethodRun.Context(model, new RandomBatches(model)),
            MethodRun.Arguments(("ranks", MethodRun.Ranks(2)), ("layers", MethodRun.Rules("c1")))
        );
        var all = new TuckerMethod().Plan(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("ranks", MethodRun.Ranks(2))));

        small.TargetLayers.ShouldBe(["c1"]);
        all.TargetLayers.ShouldBe(["c0", "c1", "c2", "head"]);
        all.PeakBytes.ShouldBeGreaterThan(small.PeakBytes);
        all.Flops.ShouldBeGreaterThan(small.Flops);
    }

    [Fact]
    public void A_run_that_may_take_less_holds_fewer_moments_and_less_that_is_dead()
    {
        var graph = new GraphBuilder().Input("x0", [-1, 160, 4, 4]);
        for (var i = 0; i < 12; i++)
        {
            graph.Conv($"x{i}", $"x{i + 1}", 160, 160, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }));
        }

        var context = MethodRun.Context(graph.Output("x12").Build(), new RandomBatches(graph.Build()));
        long Plan() => new TuckerMethod().Plan(context, MethodRun.Arguments(("ranks", MethodRun.Ranks(2)))).PeakBytes;
        WorkingMemory.Promise(100_000_000_000);
        var much = Plan();
        WorkingMemory.Promise(1_000_000_000);
        var little = Plan();
        WorkingMemory.Promise(null);

        // Twelve moments of 16.6 MB, of which 125 MB stay in memory; 512 MB that may lie dead, or 100.
        (much - little).ShouldBeInRange(400_000_000, 600_000_000);
    }

    [Theory]
    [InlineData("tucker", "ranks")]
    [InlineData("cp", "ranks")]
    [InlineData("quantize", "weights")]
    public void What_does_not_fit_into_memory_is_an_error_before_anything_is_measured(string method, string goal)
    {
        // One window reads 45,000 numbers.
        var model = new GraphBuilder().Input("x", [-1, 5_000, 3, 3]).Conv("x", "y", 2, 5_000, [3, 3]).Output("y").Build();
        object value = goal == "ranks" ? MethodRun.Ranks(2) : "4";

        var failure = Should.Throw<DiagnosticException>(() => MethodRun.Of(method, model, (goal, value)));

        failure.Diagnostic.Code.ShouldBe(MethodCodes.TooMuchMemory);
    }

    internal static OnnxModel SmallNet() => new GraphBuilder().Input("x", [-1, 3, 12, 12])
        .Conv("x", "c0", 16, 3, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", ["c0"], ["r0"])
        .Conv("r0", "c1", 24, 16, [3, 3], attributes: [("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 2 })]).Node("Relu", ["c1"], ["r1"])
        .Conv("r1", "c2", 24, 24, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", ["c2"], ["r2"])
        .Node("GlobalAveragePool", ["r2"], ["p"]).Node("Flatten", ["p"], ["f"])
        .Gemm("f", "head", 20, 24).Output("head", [-1, 20]).Build();

    private static OnnxModel LowRankConv(bool bias)
    {
        var random = new Random64(55);
        var kernel = PlainError.Reconstruct(new TuckerFactors(random.Matrix(12, 4), random.Matrix(4, 9 * 3), random.Matrix(8, 3)), 9);
        var builder = new GraphBuilder().Input("x", [4, 8, 8, 8]).Initializer("w", [12, 8, 3, 3], kernel.Values).Random("b", [12]);
        return builder
            .Node("Conv", bias ? ["x", "w", "b"] : ["x", "w"], ["c"], ("pads", new[] { 1, 1, 1, 1 }))
            .BatchNormalization("c", "n", 12)
            .Node("Relu", ["n"], ["y"])
            .Output("y")
            .Build();
    }
}
