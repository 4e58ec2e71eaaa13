using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class StoredFactorsTests
{
    private static readonly int[] Opsets = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22];

    private static readonly Dictionary<string, Func<int, DataType, OnnxModel>> Cases = new(StringComparer.Ordinal)
    {
        ["conv"] = (opset, type) => Conv(opset, type, [24, 20, 3, 3], [2, 20, 7, 7], ("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 1 })),
        ["conv, oblong"] = (opset, type) => Conv(opset, type, [24, 20, 2, 5], [2, 20, 7, 9]),
        ["conv in groups"] = (opset, type) => Conv(opset, type, [24, 10, 3, 3], [2, 20, 7, 7], ("group", 2), ("auto_pad", "SAME_UPPER")),
        ["conv of one dimension"] = (opset, type) => Conv(opset, type, [24, 20, 5], [2, 20, 11], ("dilations", new[] { 2 })),
        ["conv of one dimension in groups"] = (opset, type) => Conv(opset, type, [24, 10, 5], [2, 20, 11], ("group", 2)),
        ["pointwise conv"] = (opset, type) => Conv(opset, type, [24, 20, 1, 1], [2, 20, 5, 5]),
        ["pointwise conv in groups"] = (opset, type) => Conv(opset, type, [48, 20, 1, 1], [2, 40, 5, 5], ("group", 2)),
        ["gemm"] = (opset, type) => Gemm(opset, type, [20, 24], ("alpha", 0.5), ("beta", 2.0)),
        ["gemm, transposed"] = (opset, type) => Gemm(opset, type, [24, 20], ("transB", 1)),
        ["matmul"] = (opset, type) =>
            Start(opset, type, [3, 4, 20]).Random("w", [20, 24], 0.1, (int)type).Node("MatMul", ["x", "w"], ["y"]).Output("y", null, (int)type).Build(),
        ["matmul and add"] = (opset, type) => Start(opset, type, [3, 4, 20]).Random("w", [20, 24], 0.1, (int)type).Random("b", [24], 1, (int)type)
            .Node("MatMul", ["x", "w"], ["m"]).Node("Add", ["m", "b"], ["y"]).Output("y", null, (int)type).Build(),
    };

    /// <summary>Both methods, and the ranks with which one factor or none is left out.</summary>
    private static readonly (string Method, (string, object)[] Options)[] Goals =
    [
        ("tucker", [("ranks", MethodRun.Ranks(5, 4))]),
        ("tucker", [("ranks", MethodRun.Ranks(5, 20))]),
        ("tucker", [("ranks", MethodRun.Ranks(24, 4))]),
        ("tucker", [("ranks", MethodRun.Ranks(5, 4)), ("moment", "centred")]),
        ("cp", [("ranks", MethodRun.Ranks(6))]),
        ("cp", [("ranks", MethodRun.Ranks(6)), ("ways", "3")]),
    ];

    public static TheoryData<string> Layers() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_stored_layer_gives_what_its_chain_gives_and_runs_as_the_original(string name)
    {
        // The runtime has no convolutions of doubles.
        var isConv = name.Contains("conv", StringComparison.Ordinal);
        DataType[] types = isConv ? [DataType.Float, DataType.Float16] : [DataType.Float, DataType.Float16, DataType.Double];
        foreach (var ((method, options), type) in Goals.SelectMany(goal => types.Select(type => (goal, type))))
        {
            var (chain, stored) = Check(Cases[name](17, type), method, options, type == DataType.Float16 ? 1e-2 : 1e-5);

            stored.Layers[0].ParametersAfter.ShouldBe(chain.Layers[0].ParametersAfter);
            stored.Layers[0].RelativeError.ShouldBe(chain.Layers[0].RelativeError);
            (stored.Layers[0].MacsAfter, stored.Layers[0].IsStored).ShouldBe((stored.Layers[0].MacsBefore, true));
            stored.Layers[0].ChosenText.ShouldEndWith(" stored");
        }
    }

    [Fact]
    public void A_sketch_of_a_convolution_gives_what_its_chain_gives_and_makes_no_other_tensors()
    {
        var model = TuckerMethodTests.SmallNet();
        var work = MethodRun.Measured(model, FactorStorage.Chain);
        var batch = new RandomBatches(model).Read().First();
        foreach (var layer in work.Candidates.Where(layer => layer.Layer.Kind == LayerKind.Conv))
        {
            var ranks = layer.Form.Share(0.4);

            var sketch = GraphRewriter.Apply(model, [work.Sketched(layer, ranks)]);

            var chain = GraphRewriter.Apply(model, [work.SolverOf(layer).Reconstructed(ranks)]);
            MethodRun.Difference(MethodRun.Outputs(chain, batch), MethodRun.Outputs(sketch, batch)).ShouldBeLessThan(1e-5, layer.Name);
            sketch.Graph.Node.Count.ShouldBe(model.Graph.Node.Count);
            chain.Graph.Node.Count.ShouldBeGreaterThan(model.Graph.Node.Count);
        }
    }

    [Fact]
    public void Every_opset_from_7_on_can_hold_factors()
    {
        foreach (var opset in Opsets)
        {
            foreach (var (name, method) in new[] { ("conv", "tucker"), ("conv", "cp"), ("conv in groups", "tucker"), ("conv in groups", "cp"), ("gemm", "cp") })
            {
                var stored = Check(Cases[name](opset, DataType.Float), method, [("ranks", MethodRun.Ranks(5))], 1e-5).Stored;
                stored.Model.Opset.ShouldBe(opset);
            }
        }
    }

    [Fact]
    public void A_model_before_opset_7_has_nothing_that_can_be_stored()
    {
        foreach (var storage in new[] { "stored", "auto" })
        {
            var error = Should.Throw<DiagnosticException>(() =>
                MethodRun.Tucker(Cases["conv"](6, DataType.Float), ("ranks", MethodRun.Ranks(5)), ("storage", storage))).Diagnostic;

            error.Code.ShouldBe(MethodCodes.NothingToCompress);
            error.Message.ShouldContain("its weight cannot be multiplied out in opset 6; that takes opset 7");
        }
    }

    [Theory]
    [InlineData("folded")]
    [InlineData("unfolded")]
    public void A_network_keeps_its_nodes_and_its_multiply_adds(string normalization)
    {
        foreach (var irVersion in new long[] { 3, 8 })
        {
            foreach (var method in new[] { "tucker", "cp" })
            {
                var model = Network(irVersion);
                var stored = Check(model, method, [("ranks", MethodRun.Share(0.4)), ("bn", normalization)], 1e-4).Stored;

                stored.Layers.ShouldAllBe(layer => layer.SkipReason == null && layer.MacsAfter == layer.MacsBefore);
                MethodRun.Macs(stored.Model).ShouldBe(MethodRun.Macs(model));
                ModelStatistics.Parameters(stored.Model).ShouldBeLessThan(ModelStatistics.Parameters(model));
            }
        }
    }

    [Fact]
    public void Weights_in_constant_nodes_are_followed_by_factors_in_constant_nodes()
    {
        var graph = new GraphBuilder().Input("x", [2, 20, 7, 7]).Constant("w", [24, 20, 3, 3], GraphBuilder.Normal([24, 20, 3, 3], 0.1, 5));
        var model = graph.Node("Conv", ["x", "w"], ["y"]).Output("y").Build();

        Check(model, "tucker", [("ranks", MethodRun.Ranks(5, 4))], 1e-5).Stored.Model.Graph.Initializer.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("size", "stored")]
    [InlineData("size", "auto")]
    [InlineData("params", "stored")]
    [InlineData("params", "auto")]
    public void A_budget_holds_for_what_is_written(string measured, string storage)
    {
        var model = Network();
        var measure = measured == "size" ? BudgetMeasure.Size : BudgetMeasure.Params;
        (string, object)[] options = [("budget", new Budget(measure, 0.6, true)), ("storage", storage)];
        double Measured(OnnxModel of) => measure == BudgetMeasure.Size ? of.SizeInBytes : ModelStatistics.Parameters(of);
        foreach (var method in new[] { "tucker", "cp" })
        {
            var result = MethodRun.Of(method, model, options);

            result.Layers.Where(layer => layer.SkipReason is null).ShouldAllBe(layer => layer.IsStored == (storage == "stored"));
            Measured(result.Model).ShouldBeInRange(0.4 * Measured(model), 0.6 * Measured(model));
            // Whatever time decides later, the budget holds.
            var context = MethodRun.Context(model, new RandomBatches(model));
            var all = MethodRun.Named(method).Run(context, MethodRun.Arguments(options), Decided(result, _ => true));
            var half = MethodRun.Named(method).Run(context, MethodRun.Arguments(options), Decided(result, index => index % 2 == 0));
            Measured(all.Model).ShouldBeLessThanOrEqualTo(0.6 * Measured(model));
            Measured(half.Model).ShouldBeLessThanOrEqualTo(0.6 * Measured(model));
            half.Layers.Count(layer => layer.IsStored).ShouldBeInRange(1, result.Layers.Count - 1);
        }
    }

    [Fact]
    public void The_same_run_and_its_decisions_lead_to_the_same_bytes()
    {
        var model = Network();
        (string, object)[] options = [("budget", new Budget(BudgetMeasure.Size, 0.6, true)), ("storage", "stored")];
        var first = MethodRun.Of("tucker", model, options);

        MethodRun.Of("tucker", model, options).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        // The decisions say it, whatever the options do.
        MethodRun.Named("tucker")
            .Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("ranks", MethodRun.Ranks(2))), first.Choices())
            .Model.ToBytes().ShouldBe(first.Model.ToBytes());
    }

    [Theory]
    [InlineData("stored")]
    [InlineData("auto")]
    public void A_budget_of_multiply_adds_is_a_conflict(string storage)
    {
        var error = Should.Throw<DiagnosticException>(() =>
            MethodRun.Tucker(Network(), ("budget", new Budget(BudgetMeasure.Macs, 0.5, true)), ("storage", storage))).Diagnostic;

        error.Code.ShouldBe(KeyCodes.Conflict);
        error.Message.ShouldBe("'storage' leaves layers the multiply-adds and the time of the original, which the step's budget limits. Write 'storage: "
            + "chain', or a budget of 'size' or 'params'.");
    }

    [Fact]
    public void Layers_whose_weight_is_made_of_factors_are_left_alone_by_a_later_step()
    {
        var stored = MethodRun.Tucker(Network(), ("ranks", MethodRun.Share(0.4)), ("storage", "stored")).Model;

        var error = Should.Throw<DiagnosticException>(() => MethodRun.Of("cp", stored, ("ranks", MethodRun.Share(0.4)))).Diagnostic;

        error.Code.ShouldBe(MethodCodes.NothingToCompress);
        error.Message.ShouldContain("its weight is computed from other constants");
    }

    internal static OnnxModel Network(long irVersion = 8)
    {
        var graph = new GraphBuilder(13, irVersion).Input("x", [4, 3, 10, 10]);
        graph.Conv("x", "c1", 20, 3, [3, 3]).Node("Relu", ["c1"], ["r1"]);
        graph.Conv("r1", "c2", 24, 20, [3, 3], bias: false).BatchNormalization("c2", "b2", 24).Node("Relu", ["b2"], ["r2"]);
        graph.Conv("r2", "c3", 24, 24, [3, 3], group: 2, attributes: ("pads", new[] { 1, 1, 1, 1 })).BatchNormalization("c3", "b3", 24);
        graph.Node("GlobalAveragePool", ["b3"], ["p"]).Node("Flatten", ["p"], ["f"]);
        graph.Gemm("f", "g", 40, 24, transB: true).MatMul("g", "m", 30, 40).Output("m");
        var model = graph.Build();
        if (irVersion < 4)
        {
            foreach (var tensor in model.Graph.Initializer)
            {
                model.Graph.Input.Add(new GraphBuilder().Input(tensor.Name, [.. tensor.Dims], tensor.DataType).Proto.Graph.Input[0]);
            }
        }

        return model;
    }

    private static (StepResult Chain, StepResult Stored) Check(OnnxModel model, string method, (string, object)[] options, double tolerance)
    {
        var chain = MethodRun.Of(method, model, options);
        var stored = MethodRun.Of(method, model, [.. options, ("storage", "stored")]);

        OnnxValidator.Check(stored.Model).ShouldBeEmpty();
        stored.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes);
        LoadedGraph.StillComputed(stored.Model, LoadedGraph.LoadTimeTensors(stored.Model)).ShouldBeEmpty();
        RuntimeView.Repeated(stored.Model).ShouldBeEmpty();
        // A centred moment gives a MatMul a bias, which it did not have.
        if (model.Graph.Node is not [{ OpType: "MatMul" }] || options.All(option => option.Item1 != "moment"))
        {
            RuntimeView.OptimisedOperators(stored.Model).ShouldBe(RuntimeView.OptimisedOperators(model));
        }

        foreach (var batch in new RandomBatches(Inputs(model), batches: 2).Read())
        {
            MethodRun.Difference(MethodRun.Outputs(chain.Model, batch), MethodRun.Outputs(stored.Model, batch)).ShouldBeLessThan(tolerance);
        }

        return (chain, stored);
    }

    // Without the initialisers that old files list as inputs.
    private static OnnxModel Inputs(OnnxModel model)
    {
        var inputs = new OnnxModel(new Onnx.Proto.ModelProto { Graph = new Onnx.Proto.GraphProto() });
        inputs.Graph.Input.Add(model.Graph.Input.Where(input => model.Graph.Initializer.All(tensor => tensor.Name != input.Name)));
        return inputs;
    }

    private static Dictionary<string, Choice> Decided(StepResult result, Func<int, bool> isStored) => result.Layers.Index().ToDictionary(
        layer => layer.Item.Layer,
        layer => layer.Item.Choice is Choice.Ranks ranks ? ranks with { IsStored = isStored(layer.Index) } : layer.Item.Choice,
        StringComparer.Ordinal);

    private static GraphBuilder Start(int opset, DataType type, long[] input) => new GraphBuilder(opset).Input("x", input, (int)type);

    private static OnnxModel Conv(int opset, DataType type, long[] weight, long[] input, params (string, object)[] attributes) => Start(opset, type, input)
        .Random("w", weight, 0.1, (int)type)
        .Random("b", [weight[0]], 0.1, (int)type)
        .Node("Conv", ["x", "w", "b"], ["y"], attributes)
        .Output("y", null, (int)type)
        .Build();

    private static OnnxModel Gemm(int opset, DataType type, long[] weight, params (string, object)[] attributes) => Start(opset, type, [6, 20])
        .Random("w", weight, 0.1, (int)type)
        .Random("b", [24], 0.1, (int)type)
        .Node("Gemm", ["x", "w", "b"], ["y"], attributes)
        .Output("y", null, (int)type)
        .Build();
}
