using System.Diagnostics;
using System.Reflection;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>Models with operators of the user's.</summary>
public sealed class CustomOperatorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public CustomOperatorTests()
    {
        var graph = new GraphBuilder().Input("x", [-1, 64]).Gemm("x", "h", 96, 64).Node("Double", ["h"], ["d"]).Gemm("d", "y", 32, 96).Output("y", [-1, 32]);
        graph.Proto.Graph.Node[1].Domain = "com.example";
        graph.Proto.OpsetImport.Add(new Onnx.Proto.OperatorSetIdProto { Domain = "com.example", Version = 1 });
        graph.Build().Save(_folder["model.onnx"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_methods_keep_between_runs_goes_by_the_library_too()
    {
        using var project = new SmallProject("size: { max: 90% }");
        File.WriteAllText(Path.Combine(project.Folder, "libops.so"), "");
        File.WriteAllText(
            project.Manifest, File.ReadAllText(project.Manifest).Replace("source: model.onnx", "source: model.onnx\n    custom-ops: [libops.so]"));
        var plan = ManifestReader.Read(project.Manifest).Models[0];
        var model = OnnxModel.Load(plan.Source);
        IBlobStore Store(string library) => new MethodBlobs(
            project.Cache,
            null,
            plan,
            plan.Calibrate!.Dataset!.Files.Concat(plan.CustomOps).ToDictionary(file => file, file => plan.CustomOps.Contains(file) ? library : "data"),
            "cpu").For(model).Blobs;

        Store("one").Add("curve", [1, 2]);

        Store("one").Find("curve").ShouldBe([1, 2]);
        Store("another").Find("curve").ShouldBeNull();
    }

    [Theory]
    [InlineData("method: quantize, weights: 4, rounding: nearest")]
    [InlineData("method: quantize, weights: auto, rounding: nearest, budget: { size: 20% }")]
    [InlineData("method: tucker, norm: frobenius, ranks: 16")]
    public void Without_data_need_not_be_loaded(string step)
    {
        var result = Run("", step);

        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var report = result.Models.ShouldHaveSingleItem();
        report.Steps[0].Layers.Count(layer => layer.SkipReason is null).ShouldBe(2);
        report.OutputErrors.ShouldNotBeNull().Problem.ShouldBe("ONNX Runtime does not know operators of the domain 'com.example'");
        var compressed = OnnxModel.Load(_folder["small.onnx"]);
        compressed.SizeInBytes.ShouldBeLessThan(OnnxModel.Load(_folder["model.onnx"]).SizeInBytes);
        compressed.Graph.Node.Single(node => node.Domain == "com.example").OpType.ShouldBe("Double");
    }

    [Fact]
    public void Pass_on_the_manifest_that_init_writes()
    {
        var request = new InitRequest { Directory = _folder.Path, Model = _folder["model.onnx"] };
        Initializer.Run(request, CancellationToken.None).Check.ShouldHaveSingleItem().ShouldContain("'com.example'");

        Compress().ExitCode.ShouldBe(ExitCode.Passed);
        ModelInspector.Inspect(_folder["model.onnx"], CancellationToken.None).Layers.Count.ShouldBe(2);
    }

    [Fact]
    public void That_are_measured_need_the_library_and_the_error_says_so()
    {
        var error = Run("calibrate: { random: 16 }", "method: quantize, weights: 4").Diagnostics
            .Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe("MOC2301");
        error.Message.ShouldContain("of the domain 'com.example', name it: 'custom-ops: [libops.so]'");
    }

    [Fact]
    public void A_library_that_is_none_is_one_error()
    {
        File.WriteAllText(_folder["libops.so"], "no library");
        var error = Run("custom-ops: [libops.so]", "method: quantize, weights: 4, rounding: nearest").Diagnostics
            .Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error.Code, Path.GetFileName(error.Position!.File)).ShouldBe(("MOC2310", "libops.so"));
    }

    [CompilerFact]
    public void With_their_library_are_measured_like_others()
    {
        Compile();

        var result = Run("custom-ops: [libops.so]\n    calibrate: { random: 64 }", "method: quantize, weights: 4");

        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        var report = result.Models.ShouldHaveSingleItem();
        report.Steps[0].Layers.ShouldAllBe(layer => layer.SkipReason == null && layer.Note != null && !layer.Note.Contains("nearest"));
        report.OutputErrors!.Worst!.RelativeError.ShouldBeInRange(1e-4, 0.3);
        result.Inputs.ShouldContain(_folder["libops.so"]);

        using var used = CustomOperators.Use([_folder["libops.so"]]);
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var session = engine.CreateSession(OnnxModel.Load(_folder["small.onnx"]));
        var x = HostTensor.From<float>(DataType.Float, [1, 64], new float[64]);
        session.Run(new Dictionary<string, HostTensor> { ["x"] = x })["y"].Shape.ShouldBe([1, 32]);
    }

    private RunResult Run(string more, string step)
    {
        File.WriteAllText(
            _folder["modelopt.yaml"],
            $$"""
            version: 1
            device: cpu
            models:
              small:
                source: model.onnx
                output: small.onnx
                {{more}}
                compress: [{ {{step}} }]
            """);
        return Compress();
    }

    private RunResult Compress() =>
        CompressionRunner.Run(new RunOptions { ManifestPath = _folder["modelopt.yaml"] }, new RecordingObserver(), CancellationToken.None);

    private void Compile()
    {
        var metadata = typeof(CustomOperatorTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>();
        var headers = metadata.Single(item => item.Key == "OnnxRuntimeHeaders").Value!;
        var source = Path.Combine(Repository.Root, "tests", "ModelOptimizer.Pipeline.Tests", "Running", "doubling.c");
        using var compiler = Process.Start(CompilerFactAttribute.Compiler, ["-shared", "-fPIC", "-I", headers, "-o", _folder["libops.so"], source]);
        compiler.WaitForExit();
        compiler.ExitCode.ShouldBe(0);
    }
}

/// <summary>A test that compiles C; skipped where <c>cc</c> is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CompilerFactAttribute : FactAttribute
{
    public const string Compiler = "cc";

    public CompilerFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!OperatingSystem.IsLinux() || !folders.Any(folder => File.Exists(Path.Combine(folder, Compiler))))
        {
            Skip = "there is no C compiler here";
        }
    }
}
