using Google.Protobuf;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Methods.Quantization.Integer;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class IntegerTests
{
    private static readonly QuantizeMethod Method = new();
    private static readonly string[] FloatingPoint = ["Conv", "Gemm", "MatMul", "FusedConv", "Relu", "Clip", "Add", "MaxPool", "BatchNormalization"];

    [Fact]
    public void Convolutions_between_shortcuts_compute_in_integers_and_nothing_else_is_left()
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        result.Layers.ShouldAllBe(layer => layer.Note!.Contains("; integer"));
        var operators = RuntimeView.OptimisedOperators(result.Model);
        operators.ShouldContain("QLinearConv");
        operators.ShouldContain("QLinearAdd");
        operators.Intersect(FloatingPoint).ShouldBeEmpty();
        Error(model, result.Model, batches).ShouldBeLessThan(0.05);
        result.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes);
        result.Model.Graph.Output.ShouldBe(model.Graph.Output);
        result.Model.Graph.Input.ShouldBe(model.Graph.Input);
    }

    [SharedDataFact]
    public void A_residual_network_that_people_train_computes_in_integers_from_end_to_end()
    {
        var model = OnnxModel.Load(SharedData.Path("cifar10", "cifar_resnet20_akamaster_bn.onnx"));

        var result = Run(model, new RandomBatches(model, batches: 1, size: 8), ("rounding", "nearest"));

        RuntimeView.OptimisedOperators(result.Model).CountBy(name => name).OrderBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => $"{count.Value} {count.Key}")
            .ShouldBe(["1 Flatten", "2 Pad", "1 QGemm", "9 QLinearAdd", "19 QLinearConv", "1 QLinearGlobalAveragePool", "1 QuantizeLinear", "4 Slice"]);
    }

    [Fact]
    public void Normalizations_are_folded_and_clamps_go_into_ranges()
    {
        var graph = new GraphBuilder().Initializer("zero", [], [0]).Initializer("six", [], [6]).Input("x", [-1, 3, 12, 12]);
        graph.Conv("x", "c1", 16, 3, [3, 3], bias: false).BatchNormalization("c1", "b1", 16).Node("Clip", ["b1", "zero", "six"], ["r1"]);
        graph.Node("MaxPool", ["r1"], ["p1"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        graph.Conv("p1", "c2", 24, 16, [3, 3]).BatchNormalization("c2", "b2", 24).Node("Relu", ["b2"], ["r2"]);
        graph.Node("GlobalAveragePool", ["r2"], ["p2"]).Node("Flatten", ["p2"], ["f"]).Gemm("f", "y", 30, 24, transB: true).Output("y");
        var model = graph.Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        RuntimeView.OptimisedOperators(result.Model).Order().ShouldBe(
            ["Flatten", "MaxPool", "QGemm", "QLinearConv", "QLinearConv", "QLinearGlobalAveragePool", "QuantizeLinear"]);
        result.Layers.Select(layer => layer.Layer).ShouldBe(Run(model, batches, ("form", "stored")).Layers.Select(layer => layer.Layer));
        Error(model, result.Model, batches).ShouldBeLessThan(0.05);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_convolution_is_the_sum_of_products_of_codes(bool large)
    {
        var random = new Random(5);
        double[] weight = [.. Enumerable.Range(0, 4 * 3 * 9).Select(i => i % 27 == 0 ? 127 / 64.0 : random.Next(-127, 128) / 64.0)];
        double[] bias = large ? [1e6, 0, -3e5, 0.5] : [1, 0, -2, 0.5];
        var model = new GraphBuilder().Input("x", [-1, 3, 6, 6]).Initializer("w", [4, 3, 3, 3], weight).Initializer("b", [4], bias)
            .Node("Conv", ["x", "w", "b"], ["y"]).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches, ("rounding", "nearest"));

        double[] outputs = [.. batches.Read().SelectMany(batch => MethodRun.Outputs(model, batch))];
        var after = batches.Read().SelectMany(batch => MethodRun.Outputs(result.Model, batch));
        // A step of the input in each of 27 products at most, and half a step of the output.
        var inputStep = batches.Read().SelectMany(batch => batch.Inputs["x"].Doubles()).ToArray() is var x ? (x.Max() - x.Min()) / 255 : 0;
        var bound = (0.5 * inputStep * 27 * 2) + ((outputs.Max() - outputs.Min()) / 255);
        outputs.Zip(after, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(bound);
        RuntimeView.OptimisedOperators(result.Model).ShouldContain("QLinearConv");
    }

    [Fact]
    public void A_channel_without_weights_gives_its_bias_and_a_huge_bias_fits()
    {
        var weight = IntegerWeight.Of(
            new RoundedTensor("w", [3, 2], DataType.Float, WeightFormat.Byte, [0, 0, 100, -100, 3, 127], [0, 1e-9f, 0.5f], ChannelAxis.Of([3, 2], 0), []),
            ChannelAxis.Of([3, 2], 0),
            [0.37, 1e4, -1.25],
            0.01f);

        double Bias(int channel) => weight.Bias![channel] * (double)IntegerWeight.Step(weight.Scales[channel], 0.01f);
        Bias(0).ShouldBe(0.37, 1e-5);
        Bias(1).ShouldBe(1e4, 1e-3);
        Bias(2).ShouldBe(-1.25, 0.0025);
        // Weights that such a bias hides are the nearest codes of its steps; the others are not touched.
        weight.Codes.ShouldBe([0, 0, 0, 0, 3, 127]);
        weight.Scales[2].ShouldBe(0.5f);
        weight.Scales.ShouldAllBe(scale => scale > 0);
    }

    [Fact]
    public void What_leaves_the_last_layer_is_rounded_only_where_a_kernel_needs_it()
    {
        var model = new GraphBuilder().Input("x", [-1, 24]).Gemm("x", "h", 40, 24).Node("Relu", ["h"], ["r"]).Gemm("r", "y", 30, 40)
            .Node("Softmax", ["y"], ["p"], ("axis", -1)).Output("p").Build();

        var result = Run(model, new RandomBatches(model));

        RuntimeView.OptimisedOperators(result.Model).ShouldBe(["QuantizeLinear", "QGemm", "QGemm", "Softmax"]);
    }

    [Fact]
    public void One_output_channel_is_enough()
    {
        var graph = new GraphBuilder().Input("x", [-1, 3, 8, 8]);
        graph.Conv("x", "c", 1, 3, [3, 3]).Node("Relu", ["c"], ["r"]).Node("Flatten", ["r"], ["f"]).Gemm("f", "y", 1, 36).Output("y");
        var model = graph.Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        result.Layers.ShouldAllBe(layer => layer.Note!.Contains("; integer"));
        Error(model, result.Model, batches).ShouldBeLessThan(0.05);
    }

    [Fact]
    public void Products_of_matrices_give_floating_point_numbers()
    {
        var model = new GraphBuilder().Input("x", [-1, 7, 24]).MatMul("x", "m", 40, 24).Random("b", [40]).Node("Add", ["m", "b"], ["s"])
            .Node("Relu", ["s"], ["r"]).MatMul("r", "y", 30, 40).Output("y").Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        result.Layers.ShouldAllBe(layer => layer.Note!.Contains("; integer"));
        RuntimeView.OptimisedOperators(result.Model).ShouldNotContain("MatMul");
        Error(model, result.Model, batches).ShouldBeLessThan(0.03);
    }

    [Fact]
    public void What_has_no_integer_kernel_is_stored_and_says_why()
    {
        var model = StoredCases.Network(13);
        var batches = new RandomBatches(model);

        var result = Run(model, batches, ("weights", LayerWidths(("*", "8"), ("g*", "4"))));

        result.Layers.Select(layer => (layer.Layer, layer.Note!.Split("; ")[1])).ShouldBe([
            ("c1", "integer"), ("c2", "integer"), ("c3", "stored, since its weight has several readers"),
            ("g", "stored, since integer kernels take 8 bits"), ("h", "integer"),
        ]);
        Error(model, result.Model, batches).ShouldBeLessThan(0.2);
    }

    [Fact]
    public void The_same_choices_give_the_same_bytes()
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model);
        var context = MethodRun.Context(model, batches);
        var arguments = MethodRun.Arguments(("weights", LayerWidths(("*", "8"))), ("form", "integer"));

        var result = Method.Run(context, arguments);

        Bytes(Method.Run(context, arguments)).ShouldBe(Bytes(result));
        Bytes(Method.Run(MethodRun.Context(model, batches), arguments, result.Choices())).ShouldBe(Bytes(result));

        static byte[] Bytes(StepResult result) => MessageExtensions.ToByteArray(result.Model.Proto);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(11, 8)]
    [InlineData(9, 4)]
    public void Older_models_are_raised_to_an_opset_with_a_scale_a_channel(int opset, long irVersion)
    {
        var model = StoredCases.Network(opset, irVersion);
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        result.Model.Opset.ShouldBe(13);
        result.Layers.Select(layer => layer.Note!.Split("; ")[1])
            .ShouldBe(["integer", "integer", "stored, since its weight has several readers", "integer", "integer"]);
        Error(model, result.Model, batches).ShouldBeLessThan(0.1);
    }

    [Fact]
    public void What_one_form_rounded_is_not_taken_for_the_other()
    {
        var graph = new GraphBuilder().Input("x", [-1, 3, 10, 10]);
        graph.Conv("x", "c1", 16, 3, [3, 3], bias: false).BatchNormalization("c1", "b1", 16).Node("Relu", ["b1"], ["r1"]);
        graph.Conv("r1", "c2", 24, 16, [3, 3]).Output("c2");
        var model = graph.Build();
        var (batches, kept) = (new RandomBatches(model), new Kept());
        byte[] Result(string form, IBlobStore? blobs) => MessageExtensions.ToByteArray(Method.Run(
            MethodRun.Context(model, batches) with { Blobs = blobs },
            MethodRun.Arguments(("weights", LayerWidths(("*", "8"))), ("form", form))).Model.Proto);

        foreach (var form in new[] { "stored", "integer", "stored", "integer" })
        {
            Result(form, kept).ShouldBe(Result(form, null));
        }
    }

    [Fact]
    public void A_weight_that_is_left_alone_keeps_its_numbers()
    {
        var model = new GraphBuilder().Input("x", [-1, 24]).Gemm("x", "h", 40, 24).Node("Relu", ["h"], ["r"]).Random("w", [3, 2])
            .Integers("places", [2], 0, 2).Node("Gather", ["w", "places"], ["g"]).Node("ReduceSum", ["g"], ["s"]).Node("Add", ["r", "s"], ["y"])
            .Output("y").Build();
        model.Graph.Node.Single(node => node.OpType == "Gather").Input[1] = "i";
        model.Graph.Input.Add(new GraphBuilder().Input("i", [2], (int)DataType.Int64).Proto.Graph.Input[0]);
        var batches = new RandomBatches(model);

        var result = Run(model, batches, ("rounding", "nearest"));

        result.Layers.Single(layer => layer.SkipReason is not null).Layer.ShouldBe("g_node");
        result.Model.Graph.Initializer.Single(tensor => tensor.Name == "w").ShouldBe(model.Graph.Initializer.Single(tensor => tensor.Name == "w"));
    }

    [Fact]
    public void A_clamp_or_a_normalization_in_a_branch_is_none_of_the_layer_in_front()
    {
        GraphProto Branch(string name, Action<GraphBuilder> write)
        {
            var inner = new GraphBuilder();
            write(inner);
            var graph = inner.Output(name).Build().Graph;
            graph.Name = name;
            return graph;
        }

        var graph = new GraphBuilder().Initializer("yes", [], [1]).Node("Cast", ["yes"], ["cond"], ("to", (long)DataType.Bool)).Input("x", [-1, 3, 8, 8]);
        graph.Random("s", [4]).Random("m", [4]).Initializer("v", [4], [1, 2, 3, 4]).Conv("x", "c", 4, 3, [3, 3]).Conv("x", "d", 4, 3, [3, 3]);
        graph.Node(
            "If",
            ["cond"],
            ["p"],
            ("then_branch", Branch("a", inner => inner.Node("Relu", ["c"], ["a"]))),
            ("else_branch", Branch("b", inner => inner.Node("BatchNormalization", ["d", "s", "m", "m", "v"], ["b"])))).Conv("p", "y", 5, 4, [3, 3]).Output("y");
        var model = graph.Build();
        var batches = new RandomBatches(model);

        var result = Run(model, batches);

        result.Layers.ShouldAllBe(layer => layer.Note!.Contains("; integer"));
        Error(model, result.Model, batches).ShouldBeLessThan(0.05);
    }

    [Fact]
    public void A_reduced_range_leaves_a_bit()
    {
        var model = ResidualNetwork.Create();

        var result = Run(model, new RandomBatches(model), ("reduce-range", "true"));

        var codes = result.Model.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Int8 && tensor.Dims.Count > 1).ToList();
        codes.ShouldNotBeEmpty();
        codes.SelectMany(tensor => tensor.RawData.ToByteArray()).ShouldAllBe(code => (sbyte)code >= -64 && (sbyte)code < 64);
    }

    [Theory]
    [InlineData("percentile")]
    [InlineData("mse")]
    public void Every_rule_gives_a_model_that_is_near(string rule)
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model);

        Error(model, Run(model, batches, ("range", rule)).Model, batches).ShouldBeLessThan(0.06);
    }

    [Fact]
    public void A_model_without_a_layer_that_can_is_refused()
    {
        var model = new GraphBuilder().Input("x", [-1, 24], (int)DataType.Float16).Random("w", [24, 40], 1, (int)DataType.Float16)
            .Node("MatMul", ["x", "w"], ["y"]).Output("y", null, (int)DataType.Float16).Build();

        var error = Should.Throw<DiagnosticException>(() => Run(model, new RandomBatches(model)));

        error.Diagnostic.Code.ShouldBe("MOC2101");
        error.Diagnostic.Message.ShouldContain("1 × it computes in float16");
    }

    [Fact]
    public void Ranges_need_data()
    {
        var error = Should.Throw<DiagnosticException>(() => Run(ResidualNetwork.Create(), null, ("rounding", "nearest")));

        error.Diagnostic.Code.ShouldBe("MOC1306");
    }

    private static StepResult Run(OnnxModel model, RandomBatches? batches, params (string Name, object Value)[] options) => Method.Run(
        MethodRun.Context(model, batches),
        MethodRun.Arguments([.. new (string Name, object Value)[] { ("weights", LayerWidths(("*", "8"))), ("form", "integer") }
            .Where(option => options.All(other => other.Name != option.Name)), .. options]));

    private sealed class Kept : IBlobStore
    {
        private readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);

        public byte[]? Find(string name) => _contents.GetValueOrDefault(name);

        public void Add(string name, byte[] content) => _contents[name] = content;
    }

    private static LayerMap<string> LayerWidths(params (string Rule, string Width)[] widths) =>
        new([.. widths.Select(entry => (new LayerRule(entry.Rule), entry.Width))]);

    // √(Σ(ŷ − y)²/Σy²)
    private static double Error(OnnxModel before, OnnxModel after, RandomBatches batches) => Math.Sqrt(
        MethodRun.Distance(before, after, batches) / batches.Read().Sum(batch => MethodRun.Outputs(before, batch).Sum(value => value * value)));
}
