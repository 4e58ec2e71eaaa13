using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Quantization;

public class RateTests
{
    private static readonly QuantizeMethod Method = new();

    [Theory]
    [InlineData("4")]
    [InlineData("2.5")]
    [InlineData("1.5")]
    public void The_codes_have_as_many_bits_by_their_entropy_as_asked_for(string rate)
    {
        var model = ResidualNetwork.Create();

        var result = Run(model, new RandomBatches(model), ("rate", rate));

        var weights = result.Layers.Select(layer => $"{layer.Layer}.w").ToList();
        var numbers = LoadedGraph.Compute(TestEngine.Shared.Sessions, result.Model, weights);
        double Entropy(string weight)
        {
            var values = numbers[weight].Doubles();
            return values.GroupBy(value => value).Sum(group => -group.Count() * Math.Log2((double)group.Count() / values.Length));
        }

        var wanted = double.Parse(rate, System.Globalization.CultureInfo.InvariantCulture);
        (weights.Sum(Entropy) / result.Layers.Sum(layer => layer.ParametersBefore)).ShouldBe(wanted, 0.02 * wanted);
        foreach (var layer in result.Layers)
        {
            (layer.Rate!.Value * layer.ParametersBefore).ShouldBe(Entropy($"{layer.Layer}.w"), 1e-6, layer.Layer);
            // All numbers are multiples of one step.
            numbers[$"{layer.Layer}.w"].Doubles().Select(value => value / layer.Step!.Value).ShouldAllBe(code => Math.Abs(code - Math.Round(code)) < 1e-4);
        }

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
    }

    [Fact]
    public void The_forecast_is_near_what_is_measured()
    {
        var model = ResidualNetwork.Create();
        foreach (var rate in new[] { "5", "4", "3" })
        {
            var changes = Run(model, new RandomBatches(model, batches: 16), ("rate", rate)).Certificates.Select(change => change.Value).ToList();

            (changes[1] / changes[0]).ShouldBeInRange(0.5, 2, rate);
        }
    }

    [Fact]
    public void A_lower_rate_is_a_smaller_package_and_a_larger_change()
    {
        var model = ResidualNetwork.Create();
        var (bytes, change) = (long.MaxValue, 0.0);
        foreach (var rate in new[] { "6", "4", "3", "2", "1" })
        {
            var result = Run(model, new RandomBatches(model), ("rate", rate));

            var packed = Brotli(result.Model);
            packed.ShouldBeLessThan(bytes);
            result.Certificates[1].Value.ShouldBeGreaterThan(change);
            (bytes, change) = (packed, result.Certificates[1].Value);
        }
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.15)]
    public void A_budget_of_shipped_bytes_is_kept_and_used(double share)
    {
        var model = ResidualNetwork.Create();

        var result = Within(model, share);

        Brotli(result.Model).ShouldBeInRange((long)(0.97 * share * model.SizeInBytes), (long)(share * model.SizeInBytes));
    }

    [Fact]
    public void A_budget_below_all_levels_is_refused_with_the_least()
    {
        var error = Should.Throw<DiagnosticException>(() => Within(ResidualNetwork.Create(), 0.01)).Diagnostic;

        error.Code.ShouldBe(MethodCodes.BudgetTooSmall);
        error.Message.ShouldMatch(@"^the budget of \d+ shipped bytes is below what was reached: [\d,]+ bytes, [\d.]+% of the original's [\d,]+\.");
    }

    [Theory]
    [InlineData("rate: auto", "Add 'budget: { shipped: 6% }'")]
    [InlineData("weights: auto|budget: shipped", "Write 'rate: auto'")]
    [InlineData("rate: 2|budget: shipped", "Write one of the two")]
    [InlineData("rate: 2|rounding: nearest", "write 'weights'")]
    public void Options_that_do_not_go_together_are_one_error_that_says_what_to_write(string options, string remedy)
    {
        var model = ResidualNetwork.Create();
        object Value(string name, string word) => (name, word) switch
        {
            ("budget", "shipped") => new Budget(BudgetMeasure.Shipped, 0.1, IsFraction: true),
            ("weights", _) => new LayerMap<string>([(new LayerRule("*"), word)]),
            _ => word,
        };
        (string, object)[] written = [.. options.Split('|').Select(option => option.Split(": ")).Select(pair => (pair[0], Value(pair[0], pair[1])))];
        var positions = written.ToDictionary(option => option.Item1, _ => new SourcePosition("m.yaml"));
        var arguments = new MethodArguments(written.ToDictionary(option => option.Item1, option => option.Item2), null, positions);

        Should.Throw<DiagnosticException>(() => Method.Run(MethodRun.Context(model, new RandomBatches(model)), arguments)).Diagnostic.Message.ShouldContain(remedy);
    }

    [Fact]
    public void At_the_same_entropy_the_outputs_change_less_than_with_a_width_for_all_layers()
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model, batches: 16);
        var widths = Method.Run(MethodRun.Context(model, batches), MethodRun.Arguments(("weights", new LayerMap<string>([(new LayerRule("*"), "3")]))));
        var size = Brotli(widths.Model);

        var rate = Run(model, batches, ("rate", "2.4"));

        Brotli(rate.Model).ShouldBeLessThan(size);
        MethodRun.Distance(model, rate.Model, batches).ShouldBeLessThan(MethodRun.Distance(model, widths.Model, batches));
    }

    [Fact]
    public void The_same_run_and_its_decisions_lead_to_the_same_bytes()
    {
        var model = ResidualNetwork.Create();
        var first = Run(model, new RandomBatches(model), ("rate", "2"), ("layers", MethodRun.Rules("!stem")));

        Run(model, new RandomBatches(model), ("rate", "2"), ("layers", MethodRun.Rules("!stem"))).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        var again = Method.Run(
            MethodRun.Context(model, new RandomBatches(model)),
            MethodRun.Arguments(("rate", "5"), ("layers", MethodRun.Rules("!stem"))),
            first.Choices());
        again.Model.ToBytes().ShouldBe(first.Model.ToBytes());
        first.Layers.ShouldAllBe(layer => layer.Choice is Choice.Step && layer.ChosenText.EndsWith(" bits", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(18)]
    public void Weights_with_several_readers_and_in_groups_are_rounded_too(int opset)
    {
        var model = StoredCases.Network(opset);

        var result = Run(model, new RandomBatches(model, size: 2), ("rate", "3"));

        result.Layers.Single(layer => layer.Layer == "c3").Note!.ShouldContain("not measured");
        result.Layers.ShouldAllBe(layer => layer.SkipReason == null);
        result.Model.SizeInBytes.ShouldBeLessThan(model.SizeInBytes / 3);
        var batches = new RandomBatches(model, size: 2);
        var (energy, distance) = (MethodRun.Distance(model, Zeros(model), batches), MethodRun.Distance(model, result.Model, batches));
        distance.ShouldBeLessThan(0.2 * energy);
    }

    [Fact]
    public void Without_gradients_the_effect_of_each_weight_is_measured()
    {
        var model = StoredCases.Recurrent(14, "LSTM", 4);

        var result = Run(model, new RandomBatches(model), ("rate", "4"));

        result.Layers.Sum(layer => layer.Rate!.Value * layer.ParametersBefore).ShouldBe(4 * result.Layers.Sum(layer => (double)layer.ParametersBefore), 100);
        (result.Certificates[1].Value / result.Certificates[0].Value).ShouldBeInRange(0.3, 3);
    }

    [Fact]
    public void Data_must_be_there_and_other_choices_do_not_fit()
    {
        var model = ResidualNetwork.Create();

        var error = Should.Throw<DiagnosticException>(() => Run(model, null, ("rate", "2"))).Diagnostic;
        (error.Code, error.Message.Contains("'calibrate: { dataset: … }'", StringComparison.Ordinal)).ShouldBe((MethodCodes.NoCalibration, true));
        Should
            .Throw<DiagnosticException>(() =>
                Method.Run(
                    MethodRun.Context(model, new RandomBatches(model)),
                    MethodRun.Arguments(("rate", "2")),
                    new Dictionary<string, Choice> { ["stem"] = new Choice.Bits(4) }))
            .Diagnostic.Code.ShouldBe(MethodCodes.BadRanks);
    }

    [Fact]
    public void A_weight_that_would_not_be_smaller_stays_and_nothing_makes_up_for_it()
    {
        var model = new GraphBuilder().Input("x", [-1, 3]).Gemm("x", "tiny", 4, 3).Node("Relu", ["tiny"], ["r"]).Gemm("r", "h", 200, 4).Node("Relu", ["h"], ["s"])
            .Gemm("s", "y", 30, 200).Output("y").Build();

        var first = Run(model, new RandomBatches(model), ("rate", "2"));

        first.Layers.Single(layer => layer.Layer == "tiny").SkipReason.ShouldBe(PackedWeights.NotSmaller);
        Method.Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("rate", "2")), first.Choices()).Model.ToBytes().ShouldBe(first.Model.ToBytes());
    }

    [Fact]
    public void Layers_with_unknown_biases_and_constant_inputs_keep_their_outputs()
    {
        var graph = new GraphBuilder().Input("x", [-1, 24]).Random("c", [8, 30]).Random("aux", [24, 20]);
        // A bias that differs by row, one that is computed, an input that is the same for all samples, and a head that leads nowhere.
        graph.Gemm("x", "h", 40, 24).Node("Relu", ["h"], ["r"]).Random("w", [40, 30], 0.2).Node("Gemm", ["r", "w", "c"], ["y"]).Named("y");
        graph.Node("Sub", ["x", "x"], ["zero"]).Node("Cos", ["zero"], ["one"]).Gemm("one", "constant", 30, 24).Node("Add", ["y", "constant"], ["z"]);
        graph.Node("MatMul", ["x", "aux"], ["nowhere"]).Named("nowhere");
        var model = graph.Output("z").Build();

        var result = Run(model, new RandomBatches(model), ("rate", "4"));

        var batches = new RandomBatches(model);
        (MethodRun.Distance(model, result.Model, batches) / MethodRun.Distance(model, Zeros(model), batches)).ShouldBeLessThan(0.02);
        result.Layers.Select(layer => layer.Layer).ShouldBe(["h", "y", "constant", "nowhere"], ignoreOrder: true);
    }

    [Fact]
    public void A_model_whose_outputs_are_no_floating_point_numbers_is_refused()
    {
        var graph = new GraphBuilder().Input("x", [-1, 24]).Gemm("x", "h", 40, 24).Node("ArgMax", ["h"], ["y"], ("axis", 1), ("keepdims", 0));
        var model = graph.Output("y", null, (int)TensorProto.Types.DataType.Int64).Build();

        Should.Throw<DiagnosticException>(() => Run(model, new RandomBatches(model), ("rate", "2"))).Diagnostic.Code.ShouldBe(MethodCodes.NoTarget);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_layer_that_reads_or_does_nothing_is_no_obstacle(bool hasGradients)
    {
        var graph = new GraphBuilder().Input("x", [-1, 24]).Gemm("x", "h", 40, 24).Node("Relu", ["h"], ["r"]).Gemm("r", "y", 30, 40);
        graph.Node("Sub", ["x", "x"], ["zero"]).Gemm("zero", "dead", 30, 24).Node("Add", ["y", "dead"], ["sum"]);
        // CumSum has no gradient.
        graph.Initializer("axis", [], [1]).Node("Cast", ["axis"], ["last"], ("to", 7)).Node(hasGradients ? "Identity" : "CumSum", hasGradients ? ["sum"] : ["sum", "last"], ["z"]);
        var model = graph.Output("z").Build();

        var result = Run(model, new RandomBatches(model), ("rate", "3"));

        result.Layers.ShouldAllBe(layer => layer.SkipReason == null);
        var batches = new RandomBatches(model);
        (MethodRun.Distance(model, result.Model, batches) / MethodRun.Distance(model, Zeros(model), batches)).ShouldBeLessThan(0.1);
    }

    private static StepResult Run(OnnxModel model, IBatchSource? batches, params (string Name, object Value)[] options) =>
        Method.Run(MethodRun.Context(model, batches), MethodRun.Arguments(options));

    private static StepResult Within(OnnxModel model, double share)
    {
        var context = MethodRun.Context(model, new RandomBatches(model)) with { ShippedBytes = Brotli };
        return Method.Run(context, MethodRun.Arguments(("rate", "auto"), ("budget", new Budget(BudgetMeasure.Shipped, share, IsFraction: true))));
    }

    private static long Brotli(OnnxModel model)
    {
        using var packed = new MemoryStream();
        using (var stream = new System.IO.Compression.BrotliStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            stream.Write(model.ToBytes());
        }

        return packed.Length;
    }

    private static OnnxModel Zeros(OnnxModel model)
    {
        var zeros = model.Clone();
        foreach (var tensor in zeros.Graph.Initializer.Where(tensor => tensor.Dims.Count >= 1 && tensor.DataType == 1))
        {
            Onnx.Values.WeightValues.Write(tensor, new double[Onnx.Values.WeightValues.ReadDoubles(tensor).Length]);
        }

        return zeros;
    }
}
