using System.Globalization;
using System.Text;
using System.Text.Json;
using Json.Schema;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Pipeline.Tests.Datasets;
using ModelOptimizer.Pipeline.Tests.Manifest;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Initialization;

public sealed class FirstManifests : IDisposable
{
    private readonly FirstProject _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void Of_Labelled_Images_Find_The_Scale_And_Pass_Their_Gates()
    {
        var result = _project.WriteArchive("digits.npz").Init("digits.npz");

        _project.Manifest.ShouldBeApproved();
        result.Written.ShouldBe(["modelopt.yaml", "modelopt.schema.json"]);
        result.Guessed.ShouldContain("the model input 'image' takes 'images' [1200, 8, 8] uint8");
        result.Guessed.ShouldContain("'labels' [1200] int64 has the labels");
        result.Guessed.ShouldContain(line =>
            line.StartsWith("preprocessing is 'scale: 1/255': top1 of the original: 100.0 % on 500 samples (", StringComparison.Ordinal)
        );
        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
    }

    [Fact]
    public void Without_Data_Have_Gates_On_The_Size_And_On_Outputs_For_Noise()
    {
        var result = _project.Init();

        _project.Manifest.ShouldBeApproved();
        result.Check.ShouldHaveSingleItem().ShouldContain("There is no data");
        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
    }

    [Theory]
    [InlineData((int)TensorProto.Types.DataType.Float, 256, 30)]
    [InlineData((int)TensorProto.Types.DataType.Float16, 256, 55)]
    [InlineData((int)TensorProto.Types.DataType.Double, 256, 15)]
    [InlineData((int)TensorProto.Types.DataType.Float, 32, 40)]
    public void Without_Data_Have_A_Gate_That_Eight_Bits_Pass_In_Every_Type_And_Size(int type, int width, int size)
    {
        new GraphBuilder().Input("x", [-1, width], type).Random("w", [width, width], elementType: type)
            .Node("MatMul", ["x", "w"], ["y"]).Output("y", [-1, width], type).Build().Save(_project["typed.onnx"]);

        _project.Init(model: "typed.onnx");

        _project.Manifest.ShouldContain($"- size: {{ max: {size}% }}\n");
        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
    }

    // Convolutions, the transform and the LSTM of 8 and of 16 kHz each stand in a branch.
    [SharedDataFact]
    public void Pass_For_A_Voice_Detector_Whose_Weights_Are_All_Inside_Branches_And_Both_Branches_Still_Compute_The_Same()
    {
        File.Copy(SharedData.Path("real", "silero_vad_v5.onnx"), _project["vad.onnx"]);

        _project.Init(model: "vad.onnx");

        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var before = engine.CreateSession(OnnxModel.Load(_project["vad.onnx"]));
        using var after = engine.CreateSession(OnnxModel.Load(_project["vad.compressed.onnx"]));
        foreach (var (rate, window) in new[] { (16_000L, 512), (8_000L, 256) })
        {
            var inputs = new Dictionary<string, HostTensor>
            {
                ["input"] = Floats(0.1, 4, window),
                ["state"] = Floats(0.3, 2, 4, 128),
                ["sr"] = HostTensor.From<long>(TensorProto.Types.DataType.Int64, [], [rate]),
            };
            var (expected, found) = (before.Run(inputs), after.Run(inputs));
            foreach (var output in expected.Keys)
            {
                var error = OutputComparison.Of(output, [(expected[output], found[output])]).ShouldNotBeNull($"{output} of {rate}");
                error.RelativeError.ShouldBeGreaterThan(1e-6, $"{error} of {rate}: of 8 bits");
                error.Cosine.ShouldBeGreaterThan(0.99, $"{error} of {rate}");
            }
        }

        static HostTensor Floats(double scale, params long[] shape) => HostTensor.From<float>(
            TensorProto.Types.DataType.Float, shape, Array.ConvertAll(GraphBuilder.Normal(shape, scale, 7), value => (float)value));
    }

    [Fact]
    public void Lie_Beside_The_Schema_That_Holds_For_Them()
    {
        _project.WriteArchive("digits.npz").Init("digits.npz");

        JsonSchema
            .FromText(File.ReadAllText(_project["modelopt.schema.json"]))
            .Evaluate(JsonSerializer.SerializeToElement(YamlAsJson.Parse(_project.Manifest)))
            .IsValid.ShouldBeTrue();
    }

    [Fact]
    public void Without_Labels_Compare_With_The_Original()
    {
        var result = _project.Write("images.npy", ArrayWriter.Npy("|u1", [FirstProject.Samples, 1, 8, 8], _project.Images)).Init("images.npy");

        _project.Manifest.ShouldContain("inputs: { image: images.npy }");
        _project.Manifest.ShouldContain("- agreement: { max-drop: 1% }");
        result.Check.ShouldContain(line => line.StartsWith("There are no labels", StringComparison.Ordinal));
        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
    }

    [Fact]
    public void Read_Idx_Files()
    {
        _project
            .Write("images.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [FirstProject.Samples, 8, 8], _project.Images)))
            .Write("classes.gz", ArrayWriter.Gzip(ArrayWriter.Idx(0x08, [FirstProject.Samples], _project.Classes)))
            .Init("images.gz", "classes.gz");

        _project.Manifest.ShouldContain("inputs: { image: images.gz }");
        _project.Manifest.ShouldContain("labels: classes.gz");
        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
    }

    [Fact]
    public void Read_Tables_Around_The_Column_Of_Labels()
    {
        var table = new StringBuilder(
            $"{string.Join(',', Enumerable.Range(0, 30).Select(i => $"p{i}"))},label,{string.Join(',', Enumerable.Range(30, 34).Select(i => $"p{i}"))}\n"
        );
        foreach (var (pixels, number) in _project.Images.Chunk(64).Zip(_project.Classes))
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{string.Join(',', pixels[..30])},{number},{string.Join(',', pixels[30..])}");
        }

        _project.Write("digits.csv", Encoding.UTF8.GetBytes(table.ToString())).Init("digits.csv");

        _project.Manifest.ShouldContain("inputs: { image: [p0..p29, p30..p63] }");
        _project.Manifest.ShouldContain("labels: label\n");
        _project.Manifest.ShouldContain("preprocess: { scale: 1/255, shape: [1, 8, 8] }");
        _project.Compress().ExitCode.ShouldBe(ExitCode.Passed);
    }

    [Fact]
    public void Say_That_Channels_Come_Last()
    {
        _project.WriteArchive("digits.npz", shape: [FirstProject.Samples, 8, 8, 1]).Init("digits.npz");

        // A dimension of 1 is put right by itself.
        _project.Manifest.ShouldContain("preprocess: { scale: 1/255 }");

        new GraphBuilder()
            .Input("image", [-1, 3, 8, 8])
            .Conv("image", "conv", 16, 3, [3, 3])
            .Node("GlobalAveragePool", ["conv"], ["pool"])
            .Node("Flatten", ["pool"], ["out"])
            .Output("out", [-1, 16])
            .Build()
            .Save(_project["colours.onnx"]);
        _project
            .Write("colours.npy", ArrayWriter.Npy("|u1", [400, 8, 8, 3], _project.Images.Take(400 * 192)))
            .Init("colours.npy", force: true, model: "colours.onnx");

        _project.Manifest.ShouldContain("preprocess: { scale: 1/255, layout: NHWC }");
    }

    [Fact]
    public void Take_Whole_Numbers_As_They_Are()
    {
        new GraphBuilder()
            .Input("bytes", [-1, 64], (int)TensorProto.Types.DataType.Int32)
            .Random("table", [256, 8])
            .Node("Gather", ["table", "bytes"], ["rows"])
            .Node("Flatten", ["rows"], ["flat"])
            .Gemm("flat", "y", 10, 512)
            .Output("y", [-1, 10])
            .Build()
            .Save(_project["bytes.onnx"]);

        // Divided by 255 they would be all 0.
        _project.Write("bytes.npy", ArrayWriter.Npy("|u1", [400, 64], _project.Images.Take(400 * 64))).Init("bytes.npy", model: "bytes.onnx");

        _project.Manifest.ShouldNotContain("\n    preprocess:");
        _project.Compress().ExitCode.ShouldBeOneOf(ExitCode.Passed, ExitCode.GateFailed);
    }

    [Fact]
    public void Give_A_Model_Of_A_Fixed_Batch_Multiples_Of_It()
    {
        new GraphBuilder()
            .Input("x", [7, 64])
            .Gemm("x", "hidden", 64, 64)
            .Node("Relu", ["hidden"], ["active"])
            .Gemm("active", "y", 10, 64)
            .Output("y", [7, 10])
            .Build()
            .Save(_project["seven.onnx"]);

        _project.Write("rows.npy", ArrayWriter.Npy("<f4", [100, 64], GraphBuilder.Normal([6400], 1, 5))).Init("rows.npy", model: "seven.onnx");

        _project.Manifest.ShouldContain("calibrate: { dataset: samples/calibration, samples: 49 }");
        _project.Manifest.ShouldContain("evaluate: { dataset: samples/test, samples: 49, metrics: [agreement] }");
        _project.Compress().ExitCode.ShouldBeOneOf(ExitCode.Passed, ExitCode.GateFailed);
    }

    [Fact]
    public void Take_The_Labels_That_Are_Named()
    {
        _project.WriteArchive("digits.npz", "truth").Init("digits.npz", "truth");

        _project.Manifest.ShouldContain("labels: truth\n");
    }

    [Fact]
    public void Are_Not_Replaced_Unless_That_Is_Asked()
    {
        File.WriteAllText(_project["modelopt.yaml"], "version: 1\n");

        Error(() => _project.Init()).ShouldBe("modelopt.yaml: error MOC1401: There is a manifest already. Edit it, or replace it with --force.");
        _project.Manifest.ShouldBe("version: 1\n");

        _project.Init(force: true);
        _project.Manifest.ShouldContain("tiny-net:");
    }

    [Fact]
    public void Are_Not_Written_When_Something_Is_Wrong()
    {
        _project.WriteArchive("digits.npz");
        new GraphBuilder().Input("x", [-1, 4]).Node("Relu", ["x"], ["y"]).Output("y", [-1, 4]).Build().Save(_project["relu.onnx"]);
        new GraphBuilder().Input("x", [-1, 4]).Gemm("x", "y", 4, 4).Output("y", [-1, 4]).Build().Save(_project["four.onnx"]);
        _project.Write("one.npy", ArrayWriter.Npy("|u1", [1, 8, 8], _project.Images.Take(64)));
        File.WriteAllText(_project["cut.npz"], "PK");
        File.WriteAllText(_project["a.txt"], "hello, world");
        Directory.CreateDirectory(_project["folder"]);
        string[] errors =
        [
            Error(() => _project.Init("digits.npz", model: "four.onnx")),
            Error(() => _project.Init("digits.npz", "label")),
            Error(() => _project.Init("one.npy")),
            Error(() => _project.Init("missing.npz")),
            Error(() => _project.Init("cut.npz")),
            Error(() => _project.Init("a.txt")),
            Error(() => _project.Init("folder")),
            Error(() => _project.Init(model: "relu.onnx")),
            Error(() => _project.Init(model: "four.onnx")),
            Error(() => _project.Init(model: "missing.onnx")),
        ];

        string.Join('\n', errors).ShouldBeApproved();
        File.Exists(_project["modelopt.yaml"]).ShouldBeFalse();
    }

    [Fact]
    public void Need_A_Folder_With_One_Project_At_Most()
    {
        File.WriteAllText(_project["A.csproj"], "<Project />");
        File.WriteAllText(_project["B.csproj"], "<Project />");

        Error(() => _project.Init()).ShouldStartWith($"error {InitCodes.SeveralProjects}: The folder has more than one project: A.csproj, B.csproj.");
    }

    [CudaPlatformFact]
    public void Name_The_Device_That_Is_Asked_For_And_Download_Its_Package()
    {
        File.WriteAllText(_project["App.csproj"], "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n");

        _project.Init(device: "cuda").Guessed.ShouldContain(note => note.StartsWith("App.csproj downloads Microsoft.ML.OnnxRuntime.Gpu.Linux "));

        _project.Manifest.ShouldContain("\nversion: 1\ndevice: cuda    # ");
        File.ReadAllText(_project["App.csproj"]).ShouldContain("    <PackageDownload Include=\"Microsoft.ML.OnnxRuntime.Gpu.Linux\" Version=\"[");
    }

    [Fact]
    public void Come_With_The_Package_In_The_Project_Once()
    {
        File.WriteAllText(_project["App.csproj"], "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n");

        _project.Init().Written.ShouldContain("App.csproj");
        var once = File.ReadAllText(_project["App.csproj"]);
        once.ShouldContain("<PackageReference Include=\"ModelOptimizer.Build\" Version=\"");

        _project.Init(force: true).Written.ShouldNotContain("App.csproj");
        File.ReadAllText(_project["App.csproj"]).ShouldBe(once);
    }

    private string Error(Action action) =>
        Should.Throw<DiagnosticException>(action).Diagnostic.ToString().Replace(_project.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
}
