using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Tests.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Convex;

public class ConvexDistillationMethodTests
{
    private static readonly OnnxModel Network = ResidualNetwork.Create();

    [Fact]
    public void The_last_stage_is_replaced_and_everything_else_stays()
    {
        var result = Run(Network, ("width", 4));

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        var outcome = result.Layers.ShouldHaveSingleItem();
        (outcome.Layer, outcome.ParametersBefore, outcome.ParametersAfter).ShouldBe(("stage2", 8192, (2 * 4 * 8 * 9) + (4 * 16)));
        outcome.Ranks.ShouldBe([4]);
        outcome.MacsAfter.ShouldBe(16 * outcome.ParametersAfter);
        outcome.RelativeError!.Value.ShouldBeInRange(0.01, 0.9);
        outcome.Note!.ShouldContain("640 weights with the gates, 352 without");
        result
            .Model.Graph.Node.Select(node => node.OpType)
            .TakeLast(9)
            .ShouldBe(["Conv", "Split", "Greater", "Cast", "Mul", "Conv", "GlobalAveragePool", "Flatten", "Gemm"]);
        result.Model.Graph.Initializer.ShouldNotContain(tensor =>
            tensor.Name.StartsWith("c.", StringComparison.Ordinal) || tensor.Name.StartsWith("d.1", StringComparison.Ordinal)
        );
        result.Model.SizeInBytes.ShouldBeLessThan(Network.SizeInBytes / 2);
        MethodRun.Outputs(result.Model, Batches().Read().First()).ShouldAllBe(value => double.IsFinite(value));
    }

    [Fact]
    public void The_reported_error_is_that_of_the_model_and_not_below_the_convex_optimum()
    {
        var result = Run(Network, ("width", 4));

        var (expected, found) = (Activations(Network, "d.out"), Activations(result.Model, "d.out"));
        var error = Math.Sqrt(expected.Zip(found, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value));
        result.Layers[0].RelativeError!.Value.ShouldBe(error, 1e-4);
        result.Certificates.Single(certificate => certificate.Name == "convex optimum").Value.ShouldBeLessThanOrEqualTo(error);
        var points = result.Series.ShouldHaveSingleItem().Points;
        points[^1].Y.ShouldBe(error, 1e-4);
        points.Zip(points.Skip(1)).ShouldAllBe(pair => pair.Second.Y <= pair.First.Y);
    }

    [Fact]
    public void More_gates_leave_less_error()
    {
        double Error(int width) => Run(Network, ("width", width)).Layers[0].RelativeError!.Value;

        Error(16).ShouldBeLessThan(Error(2));
    }

    [Theory]
    [InlineData("als", 40, "sweeps", 20)]
    [InlineData("gradient", 4, "epochs", 1500)]
    public void Large_blocks_and_gradient_descent_fit_by_passes_over_the_data(string solver, int width, string length, int value)
    {
        // 40·72 features are too many for moments.
        var result = Run(Network, ("width", width), ("solver", solver), (length, value), ("block", new BlockReference("stage2")));

        result.Layers[0].RelativeError!.Value.ShouldBeInRange(0.001, 0.9);
        result.Certificates.ShouldNotContain(certificate => certificate.Name == "convex optimum");
        var points = result.Series.ShouldHaveSingleItem().Points;
        points[^1].Y.ShouldBeLessThan(points[0].Y);
    }

    [Fact]
    public void Alternating_least_squares_is_ahead_of_gradient_descent_at_the_same_width()
    {
        double Error(params (string, object)[] options) => Run(Network, options).Layers[0].RelativeError!.Value;

        Error(("width", 4), ("sweeps", 200)).ShouldBeLessThan(Error(("width", 4), ("solver", "gradient"), ("epochs", 1000), ("learning-rate", 1e-2)));
    }

    [Fact]
    public void Gates_of_the_teacher_are_its_first_filters()
    {
        var result = Run(Network, ("width", 4), ("gates", "teacher"));

        var gates = result.Model.Graph.Initializer.Single(tensor => tensor.Name == "d.out_features_weight");
        var filters = Network.Graph.Initializer.Single(tensor => tensor.Name == "c.1.w");
        gates.RawData.ToByteArray()[..(4 * 72 * 4)].ShouldBe(filters.RawData.ToByteArray()[..(4 * 72 * 4)]);
        result.Model.Graph.Initializer.ShouldContain(tensor => tensor.Name == "d.out_features_bias");
    }

    [Fact]
    public void Labels_change_nothing()
    {
        byte[] Bytes(IBatchSource batches) =>
            new ConvexDistillationMethod().Run(MethodRun.Context(Network, batches), MethodRun.Arguments(("width", 4))).Model.ToBytes();

        var without = Bytes(new RandomBatches(Network, 4, 32));

        Bytes(new LabelledBatches(Network, 5)).ShouldBe(without);
        Bytes(new Relabelled(new LabelledBatches(Network, 5))).ShouldBe(without);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_so_do_the_decisions_of_a_run()
    {
        var first = Run(Network, ("width", 4));

        Run(Network, ("width", 4)).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        new ConvexDistillationMethod()
            .Run(MethodRun.Context(Network, Batches()), MethodRun.Arguments(), first.Choices())
            .Model.ToBytes()
            .ShouldBe(first.Model.ToBytes());
        first.Choices().Values.OfType<Choice.Width>().ShouldHaveSingleItem().Gates.ShouldBe(4);
        Method(MethodRun.Context(Network, Batches()) with { Seed = 2 }, ("width", 4)).Model.ToBytes().ShouldNotBe(first.Model.ToBytes());
    }

    [Fact]
    public void Auto_takes_the_stages_that_save_most_and_says_why_the_others_stay()
    {
        var result = Run(Network, ("blocks", "auto"), ("width", 2));

        // Stage 1 saves 2,304 − 304, stage 2 8,192 − 320 of 10,072 − …: less than a tenth is left to it and the stem.
        result.Layers.Select(layer => (layer.Layer, layer.SkipReason is null)).ShouldBe([("layers1", false), ("stage1", true), ("stage2", true)]);
        result.Layers[0].SkipReason!.ShouldStartWith("it would save 92 weights");
    }

    [Theory]
    [InlineData("teacher")]
    [InlineData("sequential")]
    public void Two_blocks_can_be_replaced_in_one_step(string inputs)
    {
        var result = Run(Network, ("blocks", "auto"), ("width", 3), ("inputs", inputs));

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        var expected = Activations(Network, "d.out");
        var error = Math.Sqrt(expected.Zip(Activations(result.Model, "d.out"), (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value));
        // Only a student that saw what stage 1's student makes knows the error of both together.
        (Math.Abs(result.Layers[^1].RelativeError!.Value - error) < 1e-3).ShouldBe(inputs == "sequential");
    }

    [Theory]
    [InlineData(64, 64, 77_824, 40_960)]
    [InlineData(64, 128, 81_920, 45_056)]
    [InlineData(128, 256, 327_680, 180_224)]
    [InlineData(256, 512, 1_310_720, 720_896)]
    public void The_sizes_of_the_published_students_are_these(int channels, int outputs, long weights, long withoutGates)
    {
        var stride = channels == outputs ? 1 : 2;
        var block = new Block { Name = "stage", Kind = BlockKind.Stage, From = "z", To = "y", Nodes = [], Weights = 0, Macs = null };
        var form = new ConvolutionalForm(MethodRun.Context(Network, null), ConvexOptions.From(MethodRun.Arguments()), Network);

        var cost = form.Cost(new BlockTask(block, [1, channels, 14, 14], [1, outputs, 14 / stride, 14 / stride], 1, null));

        (cost.Width, cost.Weights, cost.LearnedWeights).ShouldBe((channels, weights, withoutGates));
        cost.Macs.ShouldBe(weights * 14 * 14 / stride / stride);
    }

    [Fact]
    public void A_model_of_fixed_batch_and_float16_is_replaced_too()
    {
        var half = (int)TensorProto.Types.DataType.Float16;
        var graph = new GraphBuilder().Input("x", [8, 3, 6, 6], half);
        graph.Random("w1", [12, 3, 3, 3], 0.3, half).Random("w2", [12, 12, 3, 3], 0.2, half);
        graph
            .Node("Conv", ["x", "w1"], ["c1"], ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Relu", ["c1"], ["r1"])
            .Node("Conv", ["r1", "w2"], ["c2"], ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Relu", ["c2"], ["y"])
            .Output("y", elementType: half);
        var model = graph.Build();

        var result = new ConvexDistillationMethod().Run(MethodRun.Context(model, new RandomBatches(model)), MethodRun.Arguments(("width", 4)));

        result.Model.Graph.Initializer.Where(tensor => tensor.Name != "y_sizes").ShouldAllBe(tensor => tensor.DataType == half);
        RuntimeView.Repeated(result.Model).ShouldBeEmpty();
        MethodRun.Outputs(result.Model, new RandomBatches(model).Read().First()).ShouldAllBe(value => double.IsFinite(value));
    }

    [Theory]
    [InlineData("stage9", null, null, MethodCodes.UnknownBlock, "'modelopt blocks' lists 'layers1', 'stage1'")]
    [InlineData(null, "b.oot", "d.out", MethodCodes.UnknownBlock, "no tensor 'b.oot' that depends on its inputs. The nearest names are 'b.out'")]
    [InlineData(null, "image", "a.r", MethodCodes.NotABlock, "'r0' between them is also read by the Add 'a.sum_node'")]
    [InlineData(null, "d.out", "pooled", MethodCodes.NotABlock, "there are no weights from 'd.out' to 'pooled'")]
    public void A_block_that_is_none_is_an_error_that_explains(string? name, string? from, string? to, string code, string text)
    {
        var position = new SourcePosition("modelopt.yaml", 7, 11);
        var arguments = new MethodArguments(
            new Dictionary<string, object> { ["block"] = new BlockReference(name, from, to) },
            new SourcePosition("modelopt.yaml", 6, 9),
            new Dictionary<string, SourcePosition> { ["block"] = position }
        );

        var error = Should.Throw<DiagnosticException>(() => new ConvexDistillationMethod().Run(MethodRun.Context(Network, Batches()), arguments)).Diagnostic;

        (error.Code, error.Position).ShouldBe((code, position));
        error.Message.ShouldContain(text);
    }

    [Theory]
    [InlineData("width", 400, "'stage2' stays: a student of width 400 has 64,000 weights, and the block 8,192")]
    [InlineData("kernel", 1, "'stage2' stays: 1 taps at a stride of 2")]
    public void A_student_that_cannot_be_is_an_error_that_says_why(string option, int value, string text)
    {
        var error = Should.Throw<DiagnosticException>(() => Run(Network, (option, value))).Diagnostic;

        error.Code.ShouldBe(MethodCodes.NothingToCompress);
        error.Message.ShouldContain(text);
    }

    [Fact]
    public void From_a_vector_to_feature_maps_there_is_no_student()
    {
        var graph = new GraphBuilder().Input("x", [-1, 8]).Gemm("x", "h", 16, 8).Integers("shape", [4], -1, 16, 1, 1).Node("Reshape", ["h", "shape"], ["m"]);
        var model = graph.Conv("m", "y", 4, 16, [1, 1]).Output("y", [-1, 4, 1, 1]).Build();

        Should
            .Throw<DiagnosticException>(() =>
                new ConvexDistillationMethod().Run(
                    MethodRun.Context(model, new RandomBatches(model)),
                    MethodRun.Arguments(("block", new BlockReference(null, "x", "y")))
                )
            )
            .Diagnostic.Message.ShouldContain("'y' stays: it leads neither from feature maps N×C×H×W to feature maps nor to vectors N×C");
    }

    [Fact]
    public void More_gates_than_the_teacher_has_filters_are_an_error() =>
        Should
            .Throw<DiagnosticException>(() => Run(Network, ("gates", "teacher"), ("width", 20)))
            .Diagnostic.Message.ShouldContain("its first convolution has 16 filters, and 20 gates are asked for; write 'width: 16' or less");

    [Theory]
    [InlineData("als", "epochs", 5)]
    [InlineData("gradient", "sweeps", 5)]
    public void An_option_of_the_other_solver_is_an_error(string solver, string option, int value)
    {
        var position = new SourcePosition("modelopt.yaml", 7, 11);
        var arguments = new MethodArguments(
            new Dictionary<string, object> { ["solver"] = solver, [option] = value },
            new SourcePosition("modelopt.yaml", 6, 9),
            new Dictionary<string, SourcePosition> { [option] = position }
        );

        var error = Should.Throw<DiagnosticException>(() => new ConvexDistillationMethod().Plan(MethodRun.Context(Network, Batches()), arguments)).Diagnostic;

        (error.Code, error.Position).ShouldBe((MethodCodes.OptionWithoutUse, position));
    }

    [Fact]
    public void Without_samples_there_is_an_error() =>
        Should.Throw<DiagnosticException>(() => Method(MethodRun.Context(Network, null))).Diagnostic.Code.ShouldBe(MethodCodes.NoCalibration);

    [Fact]
    public void Activations_that_are_not_finite_are_an_error_that_names_the_tensor()
    {
        var broken = new GraphBuilder().Input("z", [-1, 3, 6, 6]).Random("w", [8, 3, 3, 3]).Random("v", [8, 8, 3, 3])
            .Node("Log", ["z"], ["l"]).Node("Conv", ["l", "w"], ["c"]).Node("Relu", ["c"], ["r"]).Node("Conv", ["r", "v"], ["y"]).Output("y").Build();

        var error = Should.Throw<DiagnosticException>(() => Run(broken, ("block", new BlockReference(null, "l", "y")), ("kernel", 5), ("width", 1))).Diagnostic;

        (error.Code, error.Message).ShouldBe(
            ("MOC3302", "the values of 'l' on the calibration data are not all finite, so nothing can be fitted to them. Check 'preprocess' and the data.")
        );
    }

    [Fact]
    public void The_plan_knows_the_block_and_grows_with_width_and_samples()
    {
        MethodPlan Plan(int samples, params (string, object)[] options) =>
            new ConvexDistillationMethod().Plan(MethodRun.Context(Network, new RandomBatches(Network, samples, 32)), MethodRun.Arguments(options));

        Plan(4).TargetLayers.ShouldBe(["stage2"]);
        Plan(4, ("width", 16)).PeakBytes.ShouldBeGreaterThan(Plan(4, ("width", 4)).PeakBytes);
        // Moments keep nothing of the samples.
        Plan(400, ("width", 4)).PeakBytes.ShouldBe(Plan(4, ("width", 4)).PeakBytes);
        Plan(400, ("width", 40)).PeakBytes.ShouldBeGreaterThan(Plan(4, ("width", 40)).PeakBytes + (396 * 32 * 4 * (512 + 256)));
    }

    private static StepResult Run(OnnxModel model, params (string Name, object Value)[] options) =>
        Method(MethodRun.Context(model, new RandomBatches(model, 4, 32)), options);

    private static StepResult Method(StepContext context, params (string Name, object Value)[] options) =>
        new ConvexDistillationMethod().Run(context, MethodRun.Arguments(options));

    private static RandomBatches Batches() => new(Network, 4, 32);

    private static double[] Activations(OnnxModel model, string tensor) =>
        [.. ModelOptimizer.Tensors.Execution.Activations.Read(TestEngine.Shared, model, [tensor], Batches()).SelectMany(read => read.Values[0].Doubles())];

    private sealed class Relabelled(IBatchSource batches) : IBatchSource
    {
        public int Count => batches.Count;

        public IEnumerable<Batch> Read() => batches.Read().Select(batch => batch with { Labels = [.. batch.Labels!.Reverse()] });
    }
}
