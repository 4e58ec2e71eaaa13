using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>What is done to a model before any step.</summary>
public class PreparedModelTests
{
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
    public void Layers_are_listed_as_steps_see_them()
    {
        using var project = Given(initializers: "");
        ModelInspector.Inspect(Path.Combine(project.Folder, "model.onnx"), CancellationToken.None).Layers.ShouldAllBe(layer => layer.Obstacle == null);
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
