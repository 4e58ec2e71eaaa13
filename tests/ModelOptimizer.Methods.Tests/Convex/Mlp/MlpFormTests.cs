using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Tests.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Convex;

public class MlpFormTests
{
    private static readonly OnnxModel Network = Head().Build();

    [Theory]
    [InlineData("gated", "Mul,Gemm,Gemm,Gemm,Add")]
    [InlineData("relu", "Gemm,Relu,Gemm")]
    public void A_head_is_replaced_by_a_network_of_the_form_asked_for(string form, string operators)
    {
        var result = Run(Network, ("form", form));

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        string.Join(',', result.Model.Graph.Node.Select(node => node.OpType)).ShouldEndWith(operators);
        result.Model.Graph.Node.Any(node => node.OpType == "Greater").ShouldBe(form == "gated");
        var outcome = result.Layers.ShouldHaveSingleItem();
        (outcome.Layer, outcome.ParametersBefore, outcome.MacsBefore).ShouldBe(("head", 6580, 6580));
        outcome.Ranks.ShouldBe([16]);
        outcome.ParametersAfter.ShouldBe(Weights(result.Model));
        outcome.MacsAfter!.Value.ShouldBeGreaterThanOrEqualTo(outcome.ParametersAfter);
        outcome.Note!.ShouldStartWith(form == "gated" ? "gated network, " : "ReLU network, ");
        outcome.Note!.ShouldContain(FormattableString.Invariant($"{outcome.ParametersAfter:#,0} weights"));
    }

    [Theory]
    [InlineData("gated")]
    [InlineData("relu")]
    public void The_reported_error_is_that_of_the_model(string form)
    {
        var result = Run(Network, ("form", form), ("polish", 0.01));

        var (expected, found) = (Outputs(Network), Outputs(result.Model));
        var error = Math.Sqrt(expected.Zip(found, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value));
        error.ShouldBeInRange(0.01, 0.9);
        result.Layers[0].RelativeError!.Value.ShouldBe(error, 1e-4);
    }

    [Fact]
    public void The_gap_is_certified_and_plotted_with_the_objective()
    {
        var result = Run(Network, ("certificate", 1e-5), ("polish", 0.01));

        result
            .Certificates.Select(certificate => (certificate.Subject, certificate.Name))
            .ShouldBe([("head", "duality gap"), ("head", "duality gap of polishing")]);
        result.Certificates.ShouldAllBe(certificate => certificate.Value >= 0 && certificate.Value <= 1e-5);
        result
            .Series.Select(series => (series.Plot, series.Name))
            .ShouldBe([
                ("objective", "head"),
                ("duality gap", "head"),
                ("objective", "head, polishing"),
                ("duality gap", "head, polishing"),
                ("neurons over λ", "head"),
                ("error over λ", "head"),
            ]);
        result.Series.Single(series => series is { Plot: "duality gap", Name: "head" }).Points[^1].Y.ShouldBe(result.Certificates[0].Value);
        foreach (var line in result.Series.Where(series => series.Plot.EndsWith('λ')))
        {
            line.Points.Count.ShouldBe(4);
            line.Points.Zip(line.Points.Skip(1)).ShouldAllBe(pair => pair.First.X < pair.Second.X);
        }
    }

    [Fact]
    public void Without_a_bound_the_solver_stops_at_the_usual_gap() => Run(Network).Certificates.ShouldHaveSingleItem().Value.ShouldBeLessThanOrEqualTo(1e-4);

    [Fact]
    public void A_gap_above_the_bound_is_an_error_at_its_line()
    {
        var position = new SourcePosition("modelopt.yaml", 7, 11);
        var arguments = new MethodArguments(
            new Dictionary<string, object>
            {
                ["penalty"] = 0.2,
                ["iterations"] = 7,
                ["certificate"] = 1e-9,
            },
            new SourcePosition("modelopt.yaml", 6, 9),
            new Dictionary<string, SourcePosition> { ["certificate"] = position }
        );

        var error = Should.Throw<DiagnosticException>(() => new ConvexDistillationMethod().Run(MethodRun.Context(Network, Batches()), arguments)).Diagnostic;

        (error.Code, error.Position).ShouldBe((MethodCodes.CertificateFailed, position));
        error.Message.ShouldStartWith("the duality gap of 'head' is ");
        error.Message.ShouldContain("after 7 iterations");
    }

    [Fact]
    public void A_smaller_penalty_has_more_neurons_and_less_error_and_polishing_has_fewer_neurons()
    {
        LayerOutcome Outcome(params (string, object)[] options) => Run(Network, options).Layers[0];
        var (large, small) = (Outcome(("penalty", 0.4)), Outcome(("penalty", 0.1)));

        small.RelativeError!.Value.ShouldBeLessThan(large.RelativeError!.Value);
        small.ParametersAfter.ShouldBeGreaterThan(large.ParametersAfter);
        Outcome(("penalty", 0.1), ("polish", 0.05)).ParametersAfter.ShouldBeLessThan(small.ParametersAfter);
    }

    [Fact]
    public void Feature_maps_are_flattened()
    {
        var graph = new GraphBuilder()
            .Input("x", [-1, 4, 4, 4])
            .Node("Flatten", ["x"], ["flat"])
            .Gemm("flat", "h", 64, 64)
            .Node("Relu", ["h"], ["r"])
            .Gemm("r", "y", 5, 64)
            .Output("y", [-1, 5]);

        var result = Run(graph.Build(), ("block", new BlockReference(null, "x", "y")), ("width", 8), ("penalty", 0.5));

        OnnxValidator.Check(result.Model).ShouldBeEmpty();
        result.Model.Graph.Node[0].OpType.ShouldBe("Flatten");
        result.Model.Graph.Node.Count(node => node.OpType == "Flatten").ShouldBe(1);
    }

    [Theory]
    [InlineData((int)TensorProto.Types.DataType.Float16)]
    [InlineData((int)TensorProto.Types.DataType.Double)]
    public void Other_numbers_stay_what_they_are(int type)
    {
        var graph = new GraphBuilder().Input("x", [8, 20], type).Random("w1", [20, 64], 0.3, type).Random("w2", [64, 3], 0.2, type);
        var model = graph.Node("Gemm", ["x", "w1"], ["h"]).Node("Relu", ["h"], ["r"]).Node("Gemm", ["r", "w2"], ["y"]).Output("y", elementType: type).Build();

        var result = Method(MethodRun.Context(model, new RandomBatches(model)), ("block", new BlockReference("head")), ("penalty", 0.3), ("width", 8));

        result.Model.Graph.Initializer.Where(tensor => tensor.DataType != (int)TensorProto.Types.DataType.Int64).ShouldAllBe(tensor => tensor.DataType == type);
        RuntimeView.Repeated(result.Model).ShouldBeEmpty();
        MethodRun.Outputs(result.Model, new RandomBatches(model).Read().First()).ShouldAllBe(value => double.IsFinite(value));
    }

    [Fact]
    public void Labels_change_nothing()
    {
        byte[] Bytes(IBatchSource batches) => Method(MethodRun.Context(Network, batches)).Model.ToBytes();

        var without = Bytes(Batches());

        Bytes(new LabelledBatches(Network, 5)).ShouldBe(without);
        Bytes(new LabelledBatches(Network, 2)).ShouldBe(without);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_so_do_the_decisions_of_a_run()
    {
        var first = Run(Network);

        Run(Network).Model.ToBytes().ShouldBe(first.Model.ToBytes());
        new ConvexDistillationMethod()
            .Run(MethodRun.Context(Network, Batches()), MethodRun.Arguments(("width", 3), ("penalty", 0.2)), first.Choices())
            .Model.ToBytes()
            .ShouldBe(first.Model.ToBytes());
        Method(MethodRun.Context(Network, Batches()) with { Seed = 2 }).Model.ToBytes().ShouldNotBe(first.Model.ToBytes());
    }

    [Fact]
    public void It_says_how_far_it_is_and_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var told = new List<MethodProgress>();
        var context = MethodRun.Context(Network, Batches(), cancellation.Token) with
        {
            Progress = new Watch(progress =>
            {
                told.Add(progress);
                if (progress is { Activity: "head", Done: 2 })
                {
                    cancellation.Cancel();
                }
            }),
        };

        Should.Throw<OperationCanceledException>(() => Method(context));

        told.Select(progress => progress.Activity).Distinct().ShouldBe(["activations of head", "head"]);
        told[^1].Total.ShouldBe(4);
        told[^1].Detail!.ShouldStartWith("iteration 0, gap ");
    }

    [Fact]
    public void A_student_that_comes_out_larger_is_an_error_that_says_its_size() =>
        Should
            .Throw<DiagnosticException>(() => Run(Network, ("penalty", 1e-3), ("width", 64)))
            .Diagnostic.Message.ShouldContain("'head' stays: its student has ");

    [Fact]
    public void A_student_without_neurons_is_an_error()
    {
        // Within a gap of 1, which zero has, nothing needs to be done.
        var error = Should.Throw<DiagnosticException>(() => Run(Network, ("penalty", 0.99), ("certificate", 1.0))).Diagnostic;

        (error.Code, error.Message).ShouldBe((MethodCodes.NothingToCompress, "the student of 'head' has no neurons at this 'penalty'. Lower it."));
    }

    [Fact]
    public void A_layer_that_is_smaller_than_a_neuron_stays()
    {
        var model = new GraphBuilder().Input("x", [-1, 6]).Gemm("x", "y", 1, 6).Output("y", [-1, 1]).Build();

        Should.Throw<DiagnosticException>(() => Run(model)).Diagnostic.Message.ShouldContain("'head' stays: one neuron has 7 weights, and the block 6");
    }

    [Theory]
    [InlineData("kernel", 5, "'kernel' is for blocks of feature maps")]
    [InlineData("mixing", 0.5, "'mixing' belongs to 'polish'")]
    public void An_option_without_use_is_an_error(string option, object value, string text)
    {
        var position = new SourcePosition("modelopt.yaml", 7, 11);
        var arguments = new MethodArguments(
            new Dictionary<string, object> { [option] = value },
            new SourcePosition("modelopt.yaml", 6, 9),
            new Dictionary<string, SourcePosition> { [option] = position }
        );

        var error = Should.Throw<DiagnosticException>(() => new ConvexDistillationMethod().Plan(MethodRun.Context(Network, Batches()), arguments)).Diagnostic;

        (error.Code, error.Position).ShouldBe((MethodCodes.OptionWithoutUse, position));
        error.Message.ShouldStartWith(text);
    }

    [Fact]
    public void A_certificate_of_feature_maps_is_an_error()
    {
        var position = new SourcePosition("modelopt.yaml", 7, 11);
        var arguments = new MethodArguments(
            new Dictionary<string, object> { ["width"] = 4, ["certificate"] = 1e-4 },
            new SourcePosition("modelopt.yaml", 6, 9),
            new Dictionary<string, SourcePosition> { ["certificate"] = position }
        );
        var model = ResidualNetwork.Create();

        var error = Should.Throw<DiagnosticException>(() => new ConvexDistillationMethod().Plan(MethodRun.Context(model, null), arguments)).Diagnostic;

        (error.Code, error.Position).ShouldBe((MethodCodes.OptionWithoutUse, position));
    }

    [Fact]
    public void The_plan_grows_with_gates_samples_and_neurons_of_a_decomposition()
    {
        long Plan(int batches, params (string, object)[] options) =>
            new ConvexDistillationMethod().Plan(MethodRun.Context(Network, new RandomBatches(Network, batches, 32)), MethodRun.Arguments(options)).PeakBytes;

        Plan(4, ("width", 8)).ShouldBeLessThan(Plan(4, ("width", 16)));
        Plan(4).ShouldBeLessThan(Plan(8));
        Plan(4).ShouldBeLessThan(Plan(4, ("form", "relu")));
    }

    [Fact]
    public void Without_a_width_sixty_four_gates_are_drawn_however_many_inputs_there_are()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 40])
            .Gemm("x", "h", 90, 40)
            .Node("Relu", ["h"], ["r"])
            .Gemm("r", "y", 5, 90)
            .Output("y", [-1, 5])
            .Build();

        var result = new ConvexDistillationMethod().Run(MethodRun.Context(model, new RandomBatches(model, 4, 32)), MethodRun.Arguments(("penalty", 0.8)));

        result.Layers.ShouldHaveSingleItem().Ranks.ShouldBe([64]);
    }

    [Fact]
    public void What_does_not_fit_into_memory_is_refused_before_anything_is_read() =>
        Should
            .Throw<DiagnosticException>(() => Method(MethodRun.Context(Network, new RandomBatches(Network, 10_000_000, 32))))
            .Diagnostic.Code.ShouldBe(MethodCodes.TooMuchMemory);

    private static GraphBuilder Head() =>
        new GraphBuilder()
            .Input("x", [-1, 64])
            .Gemm("x", "h", 64, 64)
            .Node("Relu", ["h"], ["r"])
            .Gemm("r", "i", 36, 64)
            .Node("Relu", ["i"], ["s"])
            .Gemm("s", "y", 5, 36)
            .Output("y", [-1, 5]);

    private static long Weights(OnnxModel model) =>
        model.Graph.Initializer.Where(tensor => tensor.Dims.Count == 2).Sum(tensor => tensor.Dims[0] * tensor.Dims[1]);

    private static StepResult Run(OnnxModel model, params (string Name, object Value)[] options) =>
        Method(MethodRun.Context(model, new RandomBatches(model, 4, 32)), options);

    private static StepResult Method(StepContext context, params (string Name, object Value)[] options)
    {
        (string Name, object Value)[] usual = [("width", 16), ("penalty", 0.2)];
        return new ConvexDistillationMethod().Run(
            context,
            MethodRun.Arguments([.. usual.Where(option => options.All(other => other.Name != option.Name)), .. options])
        );
    }

    private static RandomBatches Batches() => new(Network, 4, 32);

    private static double[] Outputs(OnnxModel model) => [.. Batches().Read().SelectMany(batch => MethodRun.Outputs(model, batch))];

    private sealed class Watch(Action<MethodProgress> told) : IProgress<MethodProgress>
    {
        public void Report(MethodProgress value) => told(value);
    }
}
