using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>Every result says how far its outputs are from the original's, whatever the gates look at.</summary>
public class OutputErrorTests
{
    private const string Size = "size: { max: 95% }";
    private const string Random = "calibrate: { random: 32 }";
    private const string Mild = "{ method: quantize, weights: 8, rounding: nearest }";
    private const string Ruin = "{ method: tucker, ranks: 1 }";

    [Fact]
    public void Errors_are_those_of_both_models_on_the_gates_samples_in_every_run_and_report()
    {
        using var project = new SmallProject("cosine: { min: 1% }");

        var errors = project.Run(cached: true).Models.ShouldHaveSingleItem().OutputErrors.ShouldNotBeNull();

        var (before, after) = (Scores(Path.Combine(project.Folder, "model.onnx")), Scores(project.Output));
        var difference = before.Zip(after, (y, z) => (y - z) * (y - z)).Sum();
        var worst = errors.Outputs.ShouldHaveSingleItem();
        (errors.Dataset, errors.Samples, worst.Name).ShouldBe(("test", 64, "scores"));
        worst.RelativeError.ShouldBe(Math.Sqrt(difference / before.Sum(y => y * y)), 1e-6);
        worst.RelativeError.ShouldBeGreaterThan(0.01, "else this test shows nothing");
        var cosine = before.Zip(after, (y, z) => y * z).Sum() / Math.Sqrt(before.Sum(y => y * y) * after.Sum(y => y * y));
        worst.Cosine.ShouldBe(cosine, 1e-6);
        var cached = project.Run(cached: true).Models.ShouldHaveSingleItem();
        cached.FromCache.ShouldBe(true);
        cached.OutputErrors!.Worst.ShouldBe(worst);
        project.Run(verify: true).Models.ShouldHaveSingleItem().OutputErrors!.Worst.ShouldBe(worst);
    }

    [Theory]
    [InlineData(Ruin, "", true)]
    [InlineData(Ruin, "warn-output-error: 1000%", false)]
    [InlineData(Mild, "", false)]
    [InlineData(Mild, "warn-output-error: 0.0001", true)]
    public void Outputs_that_are_far_off_are_a_warning_at_the_model_also_from_the_cache(string step, string key, bool warns)
    {
        using var project = Project(step, $"{Random}\n    {key}");
        Model(builder => builder.Output("scores", [-1, 5]), project);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var result = project.Run(cached: true);

            result.ExitCode.ShouldBe(0);
            var warnings = result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning).ToList();
            warnings.Select(warning => (warning.Code, warning.Position!.Line)).ShouldBe(warns ? [("MOC4009", 4)] : []);
            warnings.ForEach(warning => warning.Message.ShouldContain("No gate looks at what the model answers"));
        }
    }

    [Fact]
    public void Gates_on_nothing_but_size_are_not_called_passed_without_saying_that_accuracy_was_not_measured()
    {
        using var project = Project(Mild, Random);
        var blind = project.Run().Models.ShouldHaveSingleItem();
        project.WriteManifest("cosine: { min: 1% }");
        var seeing = project.Run().Models.ShouldHaveSingleItem();

        ModelLine.Of(blind).ShouldMatch(@", output error 0\.01\d+, gates passed, accuracy was not measured$");
        ModelLine.Of(seeing).ShouldEndWith(", gates passed");
        (blind.Verdict, blind.OutputErrors!.Dataset, blind.OutputErrors.Samples).ShouldBe(("passed", null, 32));
    }

    [Theory]
    [InlineData(Ruin, false)]
    [InlineData(Mild, true)]
    public void A_gate_on_it_needs_no_data_and_decides_in_place_of_the_warning(string step, bool passes)
    {
        using var project = Project(step, Random, "output-error: { max: 0.14 }");
        Model(builder => builder.Output("scores", [-1, 5]), project);

        var result = project.Run();

        var problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Note).ToList();
        problems.Select(problem => (problem.Code, problem.Position!.Line)).ShouldBe(passes ? [] : [("MOC4001", 8)]);
        problems.ForEach(problem => problem.Message.ShouldMatch(
            @"^'output-error: \{ max: 0\.14 \}' fails: relative error 0\.[3-9]\d*, .* on 32 fresh random inputs; noise is unlike"));
        var report = result.Models.ShouldHaveSingleItem();
        var verdict = report.Gates.ShouldHaveSingleItem();
        verdict.Measured.ShouldBe(report.OutputErrors!.Worst!.RelativeError);
        ModelLine.Of(report).ShouldEndWith(passes ? ", gates passed, accuracy was not measured" : ", gate output-error not passed");
    }

    [Fact]
    public void A_gate_on_it_bounds_a_search_and_on_samples_of_a_dataset_accuracy_was_measured()
    {
        using var project = Project("{ method: quantize, weights: auto, budget: auto }", Random, "output-error: { max: 0.05 }");
        var random = project.Run().Models.ShouldHaveSingleItem();
        project.WriteManifest("output-error: { max: 0.05 }", step: "weights: auto, budget: auto", method: "quantize");
        var report = project.Run().Models.ShouldHaveSingleItem();

        foreach (var model in new[] { random, report })
        {
            var trials = model.Search.ShouldNotBeNull().Candidates;
            trials.Where(trial => trial.Passes).Count().ShouldBeGreaterThan(0);
            trials[^1].Failed.ShouldBe(trials[^1].Passes ? [] : ["'output-error: { max: 0.05 }'"]);
            model.OutputErrors!.Worst!.RelativeError.ShouldBeInRange(0.001, 0.05);
        }

        ModelLine.Of(random).ShouldEndWith("accuracy was not measured");
        ModelLine.Of(report).ShouldEndWith(", gates passed");
    }

    [Fact]
    public void Outputs_whose_shape_depends_on_the_model_are_left_out_by_name()
    {
        using var project = Project(Ruin, Random, "output-error: { max: 0.01 }");
        Model(
            builder => builder.Node("Relu", ["scores"], ["positive"]).Node("NonZero", ["positive"], ["found"]).Node("Cast", ["found"], ["places"], ("to", 1L))
                .Output("places", [2, -1]).Output("scores", [-1, 5]),
            project);

        var report = project.Run().Models.ShouldHaveSingleItem();

        (report.OutputErrors!.Outputs.ShouldHaveSingleItem().Name, report.OutputErrors.LeftOut.ShouldHaveSingleItem()).ShouldBe(("scores", "places"));
        report.Gates.ShouldHaveSingleItem().Message.ShouldContain(" on 32 fresh random inputs, but for 'places', which the compressed model lacks or gives in another shape; ");
    }

    [Fact]
    public void A_students_error_is_measured_on_inputs_that_it_was_not_fitted_to()
    {
        using var project = Project("{ method: convex-distillation, width: 2 }", "calibrate: { random: 8 }");
        ResidualNetwork.Create(channels: 4).Save(Path.Combine(project.Folder, "model.onnx"));

        var result = project.Run();

        result.Models.ShouldHaveSingleItem().OutputErrors!.Worst!.RelativeError.ShouldBeGreaterThan(0.3);
        result.Diagnostics.ShouldContain(diagnostic => diagnostic.Code == "MOC4009");
    }

    [Fact]
    public void Random_inputs_are_others_than_those_of_calibration()
    {
        using var project = Project(Mild, Random);
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        var plan = ManifestReader.Read(project.Manifest);
        var job = new JobContext(plan, plan.Models[0], engine, new Progress<Methods.MethodProgress>(), _ => { }, CancellationToken.None);
        using var session = engine.CreateSession(OnnxModel.Load(plan.Models[0].Source));

        double[] Values(IBatchSource source) => [.. source.Read().SelectMany(batch => batch.Inputs["image"].Doubles())];
        var fresh = Values(job.OpenRandom(session, most: 16).ShouldNotBeNull());

        fresh.Length.ShouldBe(16 * 4 * 8 * 8);
        fresh.Intersect(Values(job.OpenCalibration(session)!)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", true, "there is no data: the model has neither 'calibrate' nor 'evaluate: { dataset: … }'")]
    [InlineData(Random, false, "no output holds floating-point numbers")]
    public void What_cannot_be_compared_says_why(string data, bool floats, string reason)
    {
        using var project = Project(Mild, data);
        if (!floats)
        {
            Model(builder => builder.Node("ArgMax", ["scores"], ["class"]).Output("class", [-1, 1], (int)TensorProto.Types.DataType.Int64), project);
        }

        var result = project.Run();

        result.Diagnostics.ShouldNotContain(diagnostic => diagnostic.Severity != DiagnosticSeverity.Note);
        var report = result.Models.ShouldHaveSingleItem();
        report.OutputErrors.ShouldNotBeNull().Problem.ShouldBe(reason);
        ModelLine.Of(report).ShouldContain($"outputs not compared: {reason}");
    }

    [Fact]
    public void The_worst_of_several_outputs_decides()
    {
        using var project = Project("{ method: tucker, ranks: 1, layers: [second] }", Random);
        Model(builder => builder.Gemm("image_flat", "second", 32, 256).Output("second", [-1, 32]).Output("scores", [-1, 5]), project);

        var errors = project.Run().Models.ShouldHaveSingleItem().OutputErrors.ShouldNotBeNull();

        errors.Outputs.Select(output => output.Name).ShouldBe(["second", "scores"]);
        errors.Outputs[1].ShouldBe(new OutputError("scores", 0, 1));
        errors.Worst.ShouldBe(errors.Outputs[0]);
        errors.Worst!.RelativeError.ShouldBeGreaterThan(0.5);
    }

    [Fact]
    public void Masked_values_that_are_infinite_in_both_models_are_no_error_and_in_one_they_are()
    {
        static OutputError Error(double after) => OutputComparison.Of("y", [(Tensor(1, double.NegativeInfinity, 2), Tensor(1, after, 2))])!;

        Error(double.NegativeInfinity).ShouldBe(new OutputError("y", 0, 1));
        OutputComparison.Of("y", [(Tensor(double.NaN, 3), Tensor(8, 3))]).ShouldBe(new OutputError("y", 0, 1), "there was nothing to lose");
        Error(5).RelativeError.ShouldBe(double.PositiveInfinity);
        Error(double.NaN).RelativeError.ShouldBe(double.PositiveInfinity);
        OutputComparison.Of("y", [(Tensor(1, 2), Tensor(1, 2, 3))]).ShouldBeNull("more was found, which is no distance");
    }

    private static HostTensor Tensor(params double[] values) => HostTensor.From<double>(TensorProto.Types.DataType.Double, [values.Length], values);

    private static double[] Scores(string path)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using ModelSession session = engine.CreateSession(OnnxModel.Load(path));
        float[] images = [.. GraphBuilder.Normal([64, 4, 8, 8], 1, 2).Select(value => (float)value)];
        var input = HostTensor.From<float>(TensorProto.Types.DataType.Float, [64, 4, 8, 8], images);
        return session.Run(new Dictionary<string, HostTensor> { ["image"] = input })["scores"].Doubles();
    }

    private static void Model(Func<GraphBuilder, GraphBuilder> outputs, SmallProject project) =>
        outputs(new GraphBuilder().Input("image", [-1, 4, 8, 8]).Node("Flatten", ["image"], ["image_flat"]).Gemm("image_flat", "scores", 5, 256))
            .Build().Save(Path.Combine(project.Folder, "model.onnx"));

    private static SmallProject Project(string step, string model, string gate = Size)
    {
        var project = new SmallProject(Size);
        File.WriteAllText(project.Manifest, $"""
            version: 1
            device: cpu
            models:
              small:
                source: model.onnx
                {model}
                compress: [ {step} ]
                gates: [ {gate} ]
            """);
        return project;
    }
}
