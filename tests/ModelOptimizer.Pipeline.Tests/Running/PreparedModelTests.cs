using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>What is done to a model before any step.</summary>
public class PreparedModelTests
{
    // Other kernels may be chosen where a weight lies in memory as it is read.
    private const double Rounding = 1e-5;

    private const string Gate = "cosine: { min: 50% }";

    [Fact]
    public void Initializers_that_are_inputs_too_are_constants_with_a_note_at_the_model()
    {
        using var project = Given(initializers: "");

        var result = project.Run();

        var note = result.Diagnostics.Single(diagnostic => diagnostic.Code == ModelCodes.GivenConstants);
        note.Severity.ShouldBe(DiagnosticSeverity.Note);
        note.Position.ShouldNotBeNull().Line.ShouldBe(8);
        note.Message.ShouldStartWith("6 initializers of the model are inputs of its graph as well");
        result.Models.ShouldHaveSingleItem().Steps[0].Layers.Count(layer => layer.SkipReason is null).ShouldBe(3);
        OnnxModel.Load(project.Output).Graph.Input.Select(input => input.Name).ShouldBe(["image"]);
    }

    [Fact]
    public void They_compress_to_the_bytes_of_the_model_that_never_had_them_as_inputs()
    {
        using var given = Given(initializers: "");
        using var plain = new SmallProject(Gate);
        Write(plain, initializers: "");

        given.Run();
        plain.Run().Diagnostics.ShouldNotContain(diagnostic => diagnostic.Code == ModelCodes.GivenConstants);

        File.ReadAllBytes(given.Output).ShouldBe(File.ReadAllBytes(plain.Output));
    }

    [Fact]
    public void The_original_of_the_report_is_the_file_as_it_was_given()
    {
        using var project = Given(initializers: "");
        project.Run().Models.ShouldHaveSingleItem().Before.Bytes.ShouldBe(new FileInfo(Path.Combine(project.Folder, "model.onnx")).Length);
    }

    [Fact]
    public void They_stay_inputs_where_the_manifest_says_so()
    {
        using var project = Given("initializers: inputs");

        var result = project.Run();

        result.Diagnostics.ShouldNotContain(diagnostic => diagnostic.Code == ModelCodes.GivenConstants);
        result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Message.ShouldContain("its weight is also an input of the graph");
    }

    [Fact]
    public void What_is_neither_weight_nor_structure_goes_first_and_is_counted()
    {
        using var plain = new SmallProject(Gate);
        using var told = new SmallProject(Gate);
        var path = Path.Combine(told.Folder, "model.onnx");
        var model = OnnxModel.Load(path);
        var bytes = model.SizeInBytes;
        model.Graph.Node[0].DocString = new string('x', 1000);
        model.Save(path);
        Write(plain, "strip: true");
        Write(told, "strip: true");

        plain.Run().Models.ShouldHaveSingleItem().Stripped.ShouldBe(0);
        var report = told.Run().Models.ShouldHaveSingleItem();

        report.Stripped.ShouldBe(new FileInfo(path).Length - bytes);
        report.Before.Bytes.ShouldBe(new FileInfo(path).Length);
        File.ReadAllBytes(told.Output).ShouldBe(File.ReadAllBytes(plain.Output));

        Write(told, "strip: false");
        told.Run().Models.ShouldHaveSingleItem().Stripped.ShouldBe(0);
        OnnxModel.Load(told.Output).Graph.Node.ShouldContain(node => node.DocString.Length == 1000);
    }

    [Fact]
    public void A_weight_behind_a_transposition_compresses_to_the_bytes_of_one_that_is_read_as_it_is()
    {
        using var plain = new SmallProject(Gate);
        using var turned = new SmallProject(Gate);
        double[] weight = GraphBuilder.Normal([256, 64], 0.1, 5);
        double[] transposed = [.. Enumerable.Range(0, 64 * 256).Select(at => weight[(at % 256 * 64) + (at / 256)])];
        Model(plain, graph => graph.Initializer("v", [256, 64], weight));
        Model(turned, graph => graph.Initializer("w", [64, 256], transposed).Node("Transpose", ["w"], ["v"]));
        Write(plain, "");
        Write(turned, "");

        plain.Run().ExitCode.ShouldBe(0);
        turned.Run().ExitCode.ShouldBe(0);

        File.ReadAllBytes(turned.Output).ShouldBe(File.ReadAllBytes(plain.Output));

        static void Model(SmallProject project, Func<GraphBuilder, GraphBuilder> weight) =>
            weight(new GraphBuilder().Input("image", [-1, 4, 8, 8]).Node("Flatten", ["image"], ["flat"])).Node("MatMul", ["flat", "v"], ["scores"])
                .Output("scores", [-1, 64]).Build().Save(Path.Combine(project.Folder, "model.onnx"));
    }

    [Fact]
    public void Layers_are_listed_as_steps_see_them()
    {
        using var project = Given(initializers: "");
        ModelInspector.Inspect(Path.Combine(project.Folder, "model.onnx"), CancellationToken.None).Layers.ShouldAllBe(layer => layer.Obstacle == null);
    }

    [SharedDataFact]
    public void Real_models_compute_what_they_did()
    {
        var plan = new ModelPlan { Name = "", Position = new(""), Source = "", SourcePosition = new(""), Steps = [], Gates = [], Canonical = "", WarnOutputError = 0.3 };
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        var compared = 0;
        foreach (var file in SharedData.Models("real").Concat(SharedData.Models("edge")))
        {
            try
            {
                var given = OnnxModel.Load(SharedData.Path(file));
                using var before = engine.CreateSession(given);
                var inputs = new RandomSource(before.Inputs, 1, seed: 1).Read().First().Inputs;
                var outputs = before.Run(inputs);
                using var after = engine.CreateSession(PreparedModel.Of(given, plan).Model);
                foreach (var (name, tensor) in after.Run(inputs).Where(output => output.Value.Type == TensorProto.Types.DataType.Float))
                {
                    var (now, was) = (tensor.Doubles(), outputs[name].Doubles());
                    now.Zip(was).Count(pair => !pair.First.Equals(pair.Second) && !(Math.Abs(pair.First - pair.Second) <= Rounding * Math.Max(1, Math.Abs(pair.Second))))
                        .ShouldBe(0, $"{name} of {file}");
                    compared++;
                }
            }
            catch (DiagnosticException exception) when (exception.Diagnostic.Code is not "MOC9001")
            {
                // What ONNX Runtime refuses, or runs on other inputs only, is no matter of this test.
            }
        }

        compared.ShouldBeGreaterThan(40);
    }

    private static SmallProject Given(string initializers)
    {
        var project = new SmallProject(Gate);
        var path = Path.Combine(project.Folder, "model.onnx");
        var model = OnnxModel.Load(path);
        foreach (var tensor in model.Graph.Initializer)
        {
            var shape = new TensorShapeProto();
            shape.Dim.AddRange(tensor.Dims.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
            var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = tensor.DataType, Shape = shape } };
            model.Graph.Input.Add(new ValueInfoProto { Name = tensor.Name, Type = type });
        }

        model.Save(path);
        Write(project, initializers);
        return project;
    }

    private static void Write(SmallProject project, string initializers)
    {
        project.WriteManifest(Gate, step: "weights: 8, rounding: nearest", method: "quantize");
        File.WriteAllText(
            project.Manifest,
            File.ReadAllText(project.Manifest).Replace("source: model.onnx", $"source: model.onnx\n    {initializers}", StringComparison.Ordinal));
    }
}
