using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class QuantizeMethodTests
{
    private static readonly QuantizeMethod Method = new();

    [Fact]
    public void Outputs_change_less_with_the_calibration_data_than_without()
    {
        var model = Net();
        var batches = new RandomBatches(model);
        foreach (var weights in new[] { "8", "4", "3", "2", "ternary" })
        {
            var gptq = Run(model, batches, Bits(weights));
            var nearest = Run(model, null, Bits(weights), ("rounding", "nearest"));

            gptq.Layers.ShouldAllBe(layer => layer.SkipReason == null && layer.Choice.Text.StartsWith(weights, StringComparison.Ordinal));
            MethodRun.Distance(model, gptq.Model, batches).ShouldBeLessThan(MethodRun.Distance(model, nearest.Model, batches), weights);
            gptq.Model.SizeInBytes.ShouldBe(nearest.Model.SizeInBytes);
            OnnxValidator.Check(gptq.Model).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_error_in_the_report_is_that_of_the_layer_s_outputs_on_the_calibration_data()
    {
        var model = new GraphBuilder().Input("x", [-1, 24]).Gemm("x", "y", 40, 24, attributes: [("alpha", 0.5), ("beta", 2.0)]).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches, Bits("3"));

        var (error, energy) = (0.0, 0.0);
        var bias = WeightValues.ReadDoubles(model.Graph.Initializer.Single(tensor => tensor.Name == "y.b"));
        foreach (var batch in batches.Read())
        {
            var (before, after) = (MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch));
            for (var i = 0; i < before.Length; i++)
            {
                error += Math.Pow(before[i] - after[i], 2);
                energy += Math.Pow(before[i] - (2 * bias[i % 40]), 2);
            }
        }

        result.Layers.ShouldHaveSingleItem().RelativeError!.Value.ShouldBe(Math.Sqrt(error / energy), 1e-5);
    }

    [Fact]
    public void Tables_that_are_added_or_multiplied_become_float16_and_masks_stay()
    {
        double[] mask = [.. Enumerable.Range(0, 400).Select(i => i % 20 > i / 20 ? double.NegativeInfinity : 0)];
        var model = new GraphBuilder().Input("x", [-1, 20, 20]).Random("scale", [20, 20], 1).Random("shift", [1, 20, 20], 1)
            .Initializer("mask", [20, 20], mask).Random("channels", [20, 1], 1)
            .Node("Mul", ["x", "scale"], ["scaled"]).Node("Add", ["shift", "scaled"], ["shifted"]).Node("Mul", ["shifted", "channels"], ["z"])
            .Node("Add", ["z", "mask"], ["masked"]).Node("Softmax", ["masked"], ["y"], ("axis", -1L)).Output("y").Build();

        var result = Run(model, null, Bits("4"), ("rounding", "nearest"));

        result.Layers.Select(layer => (layer.Layer, layer.Choice?.Text, layer.SkipReason)).ShouldBe([
            ("scaled_node", "fp16", null),
            ("shifted_node", "fp16", null),
            ("masked_node", "as it is", "float16 does not hold its numbers, as those of masks and coordinates"),
        ]);
        MethodRun.Distance(model, result.Model, new RandomBatches(model)).ShouldBeLessThan(1e-3);
        OnnxValidator.Check(result.Model).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("weights", "fp16", true, "4", false)]
    [InlineData("weights", "4 bits", false, "4", true)]
    [InlineData("layers", "4 bits", false, "4", true)]
    [InlineData("neither", "fp16", true, "4", false)]
    [InlineData("neither", "fp16", false, "fp16", false)]
    public void A_table_has_the_bits_of_a_rule_with_its_name_and_else_the_report_says_why_not(
        string rule,
        string bits,
        bool isNoted,
        string written,
        bool isExact)
    {
        var model = new GraphBuilder().Input("x", [-1, 20, 20]).Random("scale", [20, 20], 1).Node("Mul", ["x", "scale"], ["y"]).Output("y").Build();
        var name = isExact ? "y_node" : "y_*";
        (string, object)[] options = rule switch
        {
            "weights" => [("weights", new LayerMap<string>([(new LayerRule("*"), "8"), (new LayerRule(name), written)]))],
            "layers" => [Bits(written), ("layers", MethodRun.Rules(name))],
            _ => [Bits(written)],
        };

        var layer = Run(model, null, [.. options, ("rounding", "nearest")]).Layers.ShouldHaveSingleItem();

        layer.Choice.Text.ShouldBe(bits);
        layer.Note!.Contains("float16, since it is a table", StringComparison.Ordinal).ShouldBe(isNoted);
    }

    [Theory]
    [InlineData("divisors that would be 0", 1e-8, false)]
    [InlineData("coordinates with steps of a pixel", 3000.5, false)]
    [InlineData("anchors", 0.5, true)]
    public void A_table_that_float16_does_not_hold_stays(string what, double scale, bool taken)
    {
        double[] table = [.. Enumerable.Range(1, 256).Select(i => scale * (1 + (i / 256.0)))];
        var model = new GraphBuilder().Input("x", [-1, 16, 16]).Initializer("table", [16, 16], table).Node("Flatten", ["x"], ["f"]).Gemm("f", "g", 256, 256)
            .Integers("shape", [3], -1, 16, 16).Node("Reshape", ["g", "shape"], ["r"]).Node("Div", ["r", "table"], ["y"]).Output("y").Build();

        var result = Run(model, null, Bits("8"), ("rounding", "nearest"));

        result.Layers.Single(layer => layer.Layer == "y_node").SkipReason.ShouldBe(
            taken ? null : "float16 does not hold its numbers, as those of masks and coordinates", what);
    }

    [Fact]
    public void Numbers_that_become_whole_are_no_weight()
    {
        double[] ids = [.. Enumerable.Range(0, 512).Select(i => (double)(i * 7 % 500))];
        var model = new GraphBuilder().Input("i", [-1], (int)DataType.Int64).Initializer("ids", [128, 4], ids)
            .Node("Cast", ["ids"], ["whole"], ("to", (long)DataType.Int64)).Node("Gather", ["whole", "i"], ["y"]).Output("y", null, (int)DataType.Int64).Build();

        TargetFinder.Find(model).ShouldAllBe(target => target.Axis == null);
    }

    [Fact]
    public void A_table_gets_the_bits_that_a_budget_has_for_it_by_what_they_do()
    {
        var model = new GraphBuilder().Input("x", [-1, 32, 32]).Random("positions", [32, 32], 1).Node("Add", ["x", "positions"], ["placed"])
            .Node("Flatten", ["placed"], ["flat"]).Gemm("flat", "y", 8, 1024).Output("y").Build();

        var result = Run(model, new RandomBatches(model), ("weights", "auto"), ("budget", new Budget(BudgetMeasure.Size, 0.2, true)));

        result.Layers.Select(layer => layer.Layer).ShouldBe(["placed_node", "y"]);
        result.Layers.ShouldAllBe(layer => layer.SkipReason == null);
    }

    [Fact]
    public void A_bias_takes_the_mean_error()
    {
        var model = new GraphBuilder().Input("x", [-1, 24]).Gemm("x", "y", 40, 24).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches, Bits("2"));

        var difference = new double[40];
        foreach (var batch in batches.Read())
        {
            var (before, after) = (MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch));
            for (var i = 0; i < before.Length; i++)
            {
                difference[i % 40] += before[i] - after[i];
            }
        }

        difference.ShouldAllBe(sum => Math.Abs(sum / batches.Count) < 1e-5);
    }

    [Fact]
    public void Widths_may_differ_by_layer_and_the_last_rule_that_matches_decides()
    {
        var model = Net();

        var result = Run(
            model,
            new RandomBatches(model),
            ("weights", new LayerMap<string>([(new LayerRule("*"), "4"), (new LayerRule("c1"), "8"), (new LayerRule("type:Gemm"), "fp16")]))
        );

        result.Layers.Select(layer => (layer.Layer, layer.Bits, layer.ChosenText)).ShouldBe([("c1", 8, "8 bits"), ("c2", 4, "4 bits"), ("g", 16, "fp16")]);
        result.Layers.ShouldAllBe(layer => layer.BytesAfter < layer.BytesBefore);
    }

    [Fact]
    public void Channels_of_a_few_numbers_of_about_one_size_take_a_byte_a_number_and_one_scale()
    {
        // 3 numbers of 4 bits and a scale are 44 bits, 3 of 8 bits are 24.
        var graph = new GraphBuilder().Input("x", [-1, 64, 6, 6]).Conv("x", "y", 64, 64, [3, 1], group: 64, attributes: ("pads", new[] { 1, 0, 1, 0 }));
        var model = graph.Node("Relu", ["y"], ["r"]).Conv("r", "z", 32, 64, [1, 1]).Output("z").Build();
        var batches = new RandomBatches(model);
        (LayerOutcome Outcome, long Size) First(double largest)
        {
            var weight = model.Graph.Initializer.Single(tensor => tensor.Name == "y.w");
            WeightValues.Write(weight, [.. Enumerable.Range(0, 192).Select(i => (i < 3 ? largest : 1) * (1.1 + Math.Sin(i)))]);
            var result = Run(model, batches, Bits("4"));
            result.Layers[1].Bits.ShouldBe(4);
            Method.Run(MethodRun.Context(model, batches), MethodRun.Arguments(Bits("4")), result.Choices()).Model.ToBytes().ShouldBe(result.Model.ToBytes());
            return (result.Layers[0], result.Model.SizeInBytes);
        }

        var (even, uneven) = (First(1), First(50));

        (even.Outcome.Bits, uneven.Outcome.Bits).ShouldBe((8, 4));
        even.Size.ShouldBeLessThan(uneven.Size - 64);
        even.Outcome.RelativeError!.Value.ShouldBeLessThan(0.2 * uneven.Outcome.RelativeError!.Value);
    }

    [Fact]
    public void The_same_run_and_its_decisions_lead_to_the_same_bytes()
    {
        var model = Net();
        (string, object)[] options =
        [
            ("weights", new LayerMap<string>([(new LayerRule("*"), "3"), (new LayerRule("c1"), "ternary")])),
            ("layers", MethodRun.Rules("!g")),
        ];
        var first = Run(model, new RandomBatches(model), options);

        Run(model, new RandomBatches(model), options).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        var again = Method.Run(
            MethodRun.Context(model, new RandomBatches(model)),
            MethodRun.Arguments(Bits("8"), ("layers", MethodRun.Rules("!g"))),
            first.Choices()
        );
        again.Model.ToBytes().ShouldBe(first.Model.ToBytes());
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void The_factors_of_another_method_are_layers_like_others(string before)
    {
        var model = Net();
        var factored = MethodRun.Of(before, model, ("ranks", MethodRun.Share(0.5)), ("layers", MethodRun.Rules("c2"))).Model;

        var result = Run(factored, new RandomBatches(model), Bits("8"));

        result.Layers.Count.ShouldBeGreaterThan(3);
        result.Layers.Count(layer => layer.Layer.StartsWith("c2", StringComparison.Ordinal) && layer.Bits == 8).ShouldBeGreaterThan(1);
        result.Model.SizeInBytes.ShouldBeLessThan(factored.SizeInBytes);
        var batches = new RandomBatches(model);
        var energy = batches.Read().Sum(batch => MethodRun.Outputs(factored, batch).Sum(value => value * value));
        (MethodRun.Distance(factored, result.Model, batches) / energy).ShouldBeLessThan(1e-3);
    }

    [Fact]
    public void What_is_stored_already_is_left_alone_by_every_method()
    {
        var model = Net();
        var stored = Run(model, new RandomBatches(model), Bits("4")).Model;

        Should.Throw<DiagnosticException>(() => Run(stored, new RandomBatches(model), Bits("2"))).Diagnostic.Code.ShouldBe(MethodCodes.NothingToCompress);
        Should
            .Throw<DiagnosticException>(() =>
                MethodRun.Named("tucker").Run(MethodRun.Context(stored, new RandomBatches(model)), MethodRun.Arguments(("ranks", MethodRun.Share(0.5))))
            )
            .Diagnostic.Code.ShouldBe(MethodCodes.NothingToCompress);
    }

    [Fact]
    public void Weights_that_cannot_be_stored_are_named_with_the_reason()
    {
        var graph = new GraphBuilder()
            .Input("x", [-1, 40])
            .MatMul("x", "free", 40, 40)
            .MatMul("free", "given", 40, 40)
            .MatMul("given", "shown", 40, 40)
            .MatMul("shown", "last", 3, 40);
        graph.Input("given.w", [40, 40]).Output("last").Output("shown.w", [40, 40]);
        graph.Constant("scale", [], [0.1]).Node("Cast", ["last"], ["c"], ("to", (int)DataType.Int8)).Node("DequantizeLinear", ["c", "scale"], ["d"]);
        var model = graph.Build();

        var result = Run(model, null, Bits("4"), ("rounding", "nearest"));

        result.Layers.ToDictionary(layer => layer.Layer, layer => layer.SkipReason).ShouldBe(new Dictionary<string, string?>
        {
            ["free"] = null,
            ["given"] = "its weight is also an input of the graph",
            ["shown"] = "its weight is also an output of the graph",
            ["last"] = null,
            ["d_node"] = "it is quantized already (DequantizeLinear)",
        }, ignoreOrder: true);
    }

    [Fact]
    public void A_model_before_opset_7_has_nothing_to_compress()
    {
        var model = new GraphBuilder(6).Input("x", [4, 40]).MatMul("x", "y", 40, 40).Output("y").Build();

        var error = Should.Throw<DiagnosticException>(() => Run(model, null, Bits("4"), ("rounding", "nearest"))).Diagnostic;

        error.Code.ShouldBe(MethodCodes.NothingToCompress);
        error.Message.ShouldContain("its weight cannot be unpacked in opset 6; that takes opset 7");
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_one_error()
    {
        var model = Net();
        var weight = model.Graph.Initializer.Single(tensor => tensor.Name == "c2.w");
        var values = WeightValues.ReadDoubles(weight);
        values[7] = double.NaN;
        WeightValues.Write(weight, values);

        Should.Throw<DiagnosticException>(() => Run(model, null, Bits("4"), ("rounding", "nearest"))).Diagnostic.Code.ShouldBe(MethodCodes.NotFinite);
        Run(model, null, Bits("4"), ("rounding", "nearest"), ("layers", MethodRun.Rules("!c2"))).Layers.Count.ShouldBe(2);
    }

    [Fact]
    public void A_number_that_would_become_infinite_leaves_its_layer_alone()
    {
        var numbers = GraphBuilder.Normal([40, 40], 1, 1);
        numbers[5] = 1e5;
        var graph = new GraphBuilder().Input("x", [4, 40]).Initializer("w", [40, 40], numbers);
        var model = graph.Node("MatMul", ["x", "w"], ["y"]).Named("large").MatMul("y", "z", 40, 40).Output("z").Build();

        var result = Run(model, null, Bits("fp16"), ("rounding", "nearest"));

        result.Layers.Select(layer => (layer.Layer, layer.SkipReason)).ShouldBe([("large", "a number would be too large for float16"), ("z", null)]);
        WeightValues.ReadDoubles(result.Model.Graph.Initializer.Single(tensor => tensor.Name == "w")).ShouldContain(100_000);
    }

    [Fact]
    public void Widths_and_data_must_be_there()
    {
        Should.Throw<DiagnosticException>(() => Run(Net(), null)).Diagnostic.Code.ShouldBe(MethodCodes.NoGoal);
        Should.Throw<DiagnosticException>(() => Run(Net(), null, Bits("4"))).Diagnostic.Code.ShouldBe(MethodCodes.NoCalibration);
    }

    [Fact]
    public void Few_samples_are_noted_and_a_channel_of_zeros_is_no_obstacle()
    {
        var model = Net();
        var weight = model.Graph.Initializer.Single(tensor => tensor.Name == "g.w");
        var values = WeightValues.ReadDoubles(weight);
        for (var i = 0; i < 20; i++)
        {
            values[i * 30] = 0;
        }

        WeightValues.Write(weight, values);

        var result = Run(model, new RandomBatches(model, batches: 1, size: 8), Bits("4"));

        result.Layers.Single(layer => layer.Layer == "g").Note!.ShouldContain("8 windows for 20 directions");
    }

    [Fact]
    public void A_weight_that_the_runtime_unpacks_to_other_numbers_is_plain_again()
    {
        // Scales of 1e-41 lose digits when they are divided by 16.
        var graph = new GraphBuilder().Input("x", [4, 40]).Initializer("w", [40, 40], GraphBuilder.Normal([40, 40], 1e-40, 1));
        var model = graph.Node("MatMul", ["x", "w"], ["y"]).Named("tiny").MatMul("y", "z", 40, 40).Output("z").Build();

        var result = Run(model, null, Bits("4"), ("rounding", "nearest"));

        result
            .Layers.Select(layer => (layer.Layer, layer.SkipReason))
            .ShouldBe([("tiny", $"ONNX Runtime {LoadedGraph.RuntimeVersion} computes other numbers"), ("z", null)]);
        result.Model.Graph.Initializer.ShouldContain(tensor => tensor.Name == "w");
    }

    [Fact]
    public void What_a_runtime_computes_in_every_run_is_found()
    {
        var graph = new GraphBuilder().Input("x", [1, 8, 6, 6]).Constant("scale", [], [0.1]);
        graph.Random("f", [8, 8, 3, 3]).Node("QuantizeLinear", ["f", "scale"], ["q"]).Node("DequantizeLinear", ["q", "scale"], ["w"]);
        var model = graph.Node("Conv", ["x", "w"], ["y"]).Output("y").Build();

        LoadedGraph.StillComputed(model, LoadedGraph.LoadTimeTensors(model)).ShouldContain("w");
    }

    private static OnnxModel Net()
    {
        var graph = new GraphBuilder()
            .Input("x", [-1, 6, 9, 9])
            .Conv("x", "c1", 16, 6, [3, 3])
            .Node("Relu", ["c1"], ["r1"])
            .Conv("r1", "c2", 20, 16, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }));
        return graph
            .Node("Relu", ["c2"], ["r2"])
            .Node("GlobalAveragePool", ["r2"], ["p"])
            .Node("Flatten", ["p"], ["f"])
            .Gemm("f", "g", 30, 20)
            .Output("g")
            .Build();
    }

    private static (string, object) Bits(string weights) => ("weights", new LayerMap<string>([(new LayerRule("*"), weights)]));

    private static StepResult Run(OnnxModel model, IBatchSource? batches, params (string Name, object Value)[] options) =>
        Method.Run(MethodRun.Context(model, batches), MethodRun.Arguments(options));
}
