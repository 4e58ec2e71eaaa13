using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

public sealed class ManifestReading : IDisposable
{
    private const string Everything = """
        version: 1
        device: cuda:1
        seed: 7
        datasets:
          train: { path: train.npz, inputs: { image: images }, labels: labels }
          test:
            inputs: { image: images-idx3-ubyte.gz }
            labels: labels-idx1-ubyte.gz
            preprocess: { scale: 1/255, mean: [0.1, 0.2, 0.3], std: [0.5], layout: NHWC, shape: [784, 1] }
        models:
          digits:
            source: digits.onnx
            output: out/digits.onnx
            calibrate: { dataset: train, samples: 512 }
            evaluate: { dataset: test, metrics: [top1, cosine], samples: 100, output: logits }
            compress:
              - method: sample
                norm: frobenius
                layers: ["conv*", "re:^fc\\d$", "!type:Gemm"]
                ranks: { "*": 50%, conv1: [16, 8], conv2: 4 }
                shrink: 5%
              - { method: sample, budget: { size: 250 KB, allocation: uniform }, sweeps: 3 }
            gates:
              - top1: { max-drop: 0.5%, min: 97%, confidence: 90%, allow-overlap: true }
              - size: { max: 1.5 MiB, severity: warning }
              - mse: { max: 0.01 }
              - top5: { max-drop: 1%, confidence: none }
            embed: { resource: Digits.onnx, accessor: My.DigitsModel }
          letters:
            source: letters.onnx
            calibrate: { random: 64 }
            compress: [{ method: sample }]
        memory: 1.5 GB
        """;

    private readonly ManifestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Resolves_Everything_That_Is_Written()
    {
        var plan = _folder.Read(Everything);
        var digits = plan.Models[0];

        plan.ManifestPath.ShouldBe(_folder["modelopt.yaml"]);
        plan.Device.ShouldBe("cuda:1");
        plan.DevicePosition.ShouldBe(At(2, 9));
        plan.Seed.ShouldBe(7);
        plan.Memory.ShouldBe(1_500_000_000);
        digits.Name.ShouldBe("digits");
        digits.Position.ShouldBe(At(11, 3));
        digits.Source.ShouldBe(_folder["digits.onnx"]);
        digits.SourcePosition.ShouldBe(At(12, 13));
        digits.Output.ShouldBe(Path.Combine(_folder.Path, "out", "digits.onnx"));
        digits.Calibrate!.Samples.ShouldBe(512);
        digits.Calibrate.Position.ShouldBe(At(14, 5));
        digits.Evaluate!.Metrics.ShouldBe(["top1", "cosine"]);
        digits.Evaluate.Samples.ShouldBe(100);
        digits.Evaluate.Output.ShouldBe("logits");
        digits.Embed.ShouldBe(new EmbedPlan("Digits.onnx", "My.DigitsModel", At(28, 5)));
    }

    [Fact]
    public void Reads_Datasets_Of_One_File_And_Of_Many()
    {
        var digits = _folder.Read(Everything).Models[0];
        var (train, test) = (digits.Calibrate!.Dataset!, digits.Evaluate!.Dataset!);

        train.Path.ShouldBe(_folder["train.npz"]);
        train.Inputs["image"].ShouldBe("images");
        train.Labels.ShouldBe("labels");
        train.Files.ShouldBe([_folder["train.npz"]]);
        test.Path.ShouldBeNull();
        test.Inputs["image"].ShouldBe(_folder["images-idx3-ubyte.gz"]);
        test.Files.ShouldBe([_folder["images-idx3-ubyte.gz"], _folder["labels-idx1-ubyte.gz"]]);
        test.Preprocess.Scale.ShouldBe(1.0 / 255);
        test.Preprocess.Mean.ShouldBe([0.1, 0.2, 0.3]);
        test.Preprocess.Std.ShouldBe([0.5]);
        test.Preprocess.Layout.ShouldBe("NHWC");
        test.Preprocess.Shape.ShouldBe([784L, 1]);
    }

    [Theory]
    [InlineData("{ mean: 0.1307, std: 0.3081 }", 0.1307, 0.3081)]
    [InlineData("{ mean: [0.1307], std: [0.3081] }", 0.1307, 0.3081)]
    [InlineData("{}", 0, 1)]
    public void Reads_One_Number_For_All_Channels(string preprocess, double mean, double std)
    {
        var read = _folder.Read($$"""
            version: 1
            datasets:
              train: { path: train.npz, inputs: { image: images }, preprocess: {{preprocess}} }
            models:
              digits: { source: digits.onnx, calibrate: { dataset: train }, compress: [{ method: sample }] }
            """).Models[0].Calibrate!.Dataset!.Preprocess;

        read.Mean.ShouldBe([mean]);
        read.Std.ShouldBe([std]);
    }

    [Fact]
    public void Reads_Tables_Folders_And_Parts()
    {
        var plan = _folder.Read("""
            version: 1
            datasets:
              table: { path: table.csv, inputs: { a: width, b: [height, p0..p9] }, labels: y }
              samples: { path: classes/, inputs: { a: "*.npy", b: "*.npz/mask" }, labels: folder }
              all: { path: train.npz, inputs: { image: images }, split: { train: 70%, test: 20.5 % } }
            models:
              one: { source: digits.onnx, calibrate: { dataset: table }, evaluate: { dataset: samples }, compress: [{ method: sample }] }
              two:
                source: digits.onnx
                calibrate: { dataset: all/train, samples: 8 }
                evaluate: { dataset: all/test }
                compress: [{ method: sample }]
                embed: { copy: 'models\digits.onnx' }
                output: two.onnx
            """);
        var (table, samples) = (plan.Models[0].Calibrate!.Dataset!, plan.Models[0].Evaluate!.Dataset!);
        var (train, test) = (plan.Models[1].Calibrate!.Dataset!, plan.Models[1].Evaluate!.Dataset!);

        DataFormats.Of(table.Path).ShouldBe(DataFormats.Csv);
        table.ColumnsOf(table.Inputs["a"]).ShouldBe(["width"]);
        table.ColumnsOf(table.Inputs["b"]).ShouldBe(["height", "p0..p9"]);
        DataFormats.Of(samples.Path).ShouldBe(DataFormats.Folder);
        samples.Path.ShouldBe(_folder["classes"]);
        samples.Files.ShouldBe([_folder["classes"]]);
        samples.Labels.ShouldBe(DatasetPlan.FolderLabels);
        (train.Name, test.Name).ShouldBe(("all/train", "all/test"));
        test.Part.ShouldBe(new DatasetPart("test", 0, 0.205, At(5, 75)));
        train.Part.ShouldBe(new DatasetPart("train", 0.205, 0.905, At(5, 63)));
        plan.Models[1].Embed.ShouldBe(new EmbedPlan(null, null, At(13, 5)) { Copy = "models/digits.onnx" });
    }

    [Fact]
    public void Gives_Options_The_Types_Of_Their_Kinds()
    {
        var arguments = _folder.Read(Everything).Models[0].Steps[0].Arguments;

        arguments.Position.ShouldBe(At(17, 9));
        arguments.PositionOf("norm").ShouldBe(At(18, 9));
        arguments.Get(SampleMethod.Norm).ShouldBe("frobenius");
        arguments.Get(SampleMethod.Shrink).ShouldBe(0.05);
        arguments.Get(SampleMethod.Layers)!.Rules.Select(rule => rule.Text).ShouldBe(["conv*", "re:^fc\\d$", "!type:Gemm"]);
        arguments.Get(SampleMethod.Layers)!.Rules[2].Position.ShouldBe(At(19, 41));
        var ranks = arguments.Get(SampleMethod.Ranks)!.Entries;
        ranks.Select(entry => entry.Rule.Text).ShouldBe(["*", "conv1", "conv2"]);
        ranks[0].Value.Fraction.ShouldBe(0.5);
        ranks[1].Value.Ranks.ShouldBe([16, 8]);
        ranks[2].Value.Ranks.ShouldBe([4]);
    }

    [Fact]
    public void Gives_A_Student_And_The_Names_Of_Its_Layers()
    {
        var steps = _folder.Read("""
            version: 1
            models:
              digits:
                source: digits.onnx
                compress:
                  - { method: sample, student: letters.onnx, pairs: { "fc*": head, fc1: tail } }
                  - { method: sample }
            """).Models[0].Steps;

        steps[0].Arguments.Get(SampleMethod.Student)!.Path.ShouldBe(_folder["letters.onnx"]);
        steps.Select(step => step.Student).ShouldBe([_folder["letters.onnx"], null]);
        steps[0].Arguments.Get(SampleMethod.Pairs)!.Entries.Select(entry => (entry.Rule.Text, entry.Value)).ShouldBe([("fc*", "head"), ("fc1", "tail")]);
    }

    [Fact]
    public void Gives_Words_By_Layer()
    {
        var steps = _folder.Read("""
            version: 1
            models:
              digits:
                source: digits.onnx
                compress:
                  - { method: sample, bits: 4 }
                  - { method: sample, bits: { "*": 8, conv1: ternary } }
            """).Models[0].Steps;

        steps
            .Select(step => string.Join(' ', step.Arguments.Get(SampleMethod.Bits)!.Entries.Select(entry => $"{entry.Rule.Text}={entry.Value}")))
            .ShouldBe(["*=4", "*=8 conv1=ternary"]);
    }

    [Fact]
    public void Gives_Blocks_By_Name_Or_By_Their_Tensors()
    {
        var steps = _folder.Read("""
            version: 1
            models:
              digits:
                source: digits.onnx
                compress:
                  - { method: sample, block: stage3 }
                  - { method: sample, block: { from: relu_5, to: relu_9 } }
            """).Models[0].Steps;

        steps.Select(step => step.Arguments.Get(SampleMethod.Block)).ShouldBe([new BlockReference("stage3"), new BlockReference(null, "relu_5", "relu_9")]);
    }

    [Theory]
    [InlineData("1e-4", 1e-4)]
    [InlineData("0.1%", 1e-3)]
    public void Gives_The_Bound_Of_A_Certificate(string written, double gap) => _folder.Read($$"""
        version: 1
        models:
          digits:
            source: digits.onnx
            compress:
              - { method: sample, certificate: { max-gap: {{written}} } }
        """).Models[0].Steps[0].Arguments.Get(SampleMethod.Certificate)!.Value.ShouldBe(gap, 1e-18);

    [Fact]
    public void Gives_Modes_And_Shares_To_Layers_By_Their_Rules()
    {
        var arguments = _folder.Read("""
            version: 1
            models:
              digits:
                source: digits.onnx
                compress:
                  - { method: sample, modes: [4, 4, 8], sparsity: 90% }
                  - { method: sample, modes: { "*": [2, 3], fc1: [26, 26, 4] }, sparsity: { "*": 0.5, "re:^fc": 7% } }
            """).Models[0].Steps.Select(step => step.Arguments).ToList();

        Modes(0).ShouldBe(["*: 4, 4, 8"]);
        Modes(1).ShouldBe(["*: 2, 3", "fc1: 26, 26, 4"]);
        Shares(0).ShouldBe([("*", 0.9)]);
        Shares(1).ShouldBe([("*", 0.5), ("re:^fc", 0.07)]);
        arguments[1].Get(SampleMethod.Sparsity)!.Entries[1].Rule.Position.ShouldBe(At(7, 91));

        IEnumerable<string> Modes(int step) =>
            arguments[step].Get(SampleMethod.Modes)!.Entries.Select(entry => $"{entry.Rule.Text}: {string.Join(", ", entry.Value)}");
        IEnumerable<(string, double)> Shares(int step) => arguments[step].Get(SampleMethod.Sparsity)!.Entries.Select(entry => (entry.Rule.Text, entry.Value));
    }

    [Fact]
    public void Fills_In_Defaults_But_Not_Beside_An_Option_That_Excludes_Them()
    {
        var plan = _folder.Read(Everything);
        var (ranked, budgeted, plain) = (plan.Models[0].Steps[0].Arguments, plan.Models[0].Steps[1].Arguments, plan.Models[1].Steps[0].Arguments);

        ranked.Values.ShouldNotContainKey("budget");
        ranked.Get(SampleMethod.Sweeps).ShouldBe(30);
        budgeted.Get(SampleMethod.Budget).ShouldBe(new Budget(BudgetMeasure.Size, 250_000, false, Allocation.Uniform));
        budgeted.Get(SampleMethod.Sweeps).ShouldBe(3);
        plain.Get(SampleMethod.Budget).ShouldBe(new Budget(BudgetMeasure.Size, 0.5, true));
        plain.Get(SampleMethod.Layers)!.Rules.Select(rule => rule.Text).ShouldBe(["*"]);
        plain.Get(SampleMethod.Norm).ShouldBe("covariance");
        plain.Get(SampleMethod.Energy).ShouldBeNull();
    }

    [Fact]
    public void Makes_One_Gate_Of_Every_Bound()
    {
        var gates = _folder.Read(Everything).Models[0].Gates;

        gates.Select(gate => (gate.Metric, gate.Bound, gate.Limit, gate.Severity, gate.Confidence, gate.AllowOverlap, gate.Position)).ShouldBe(
        [
            ("top1", GateBound.MaxDrop, new Quantity(0.005, true, "0.5%"), DiagnosticSeverity.Error, 0.9, true, At(24, 9)),
            ("top1", GateBound.Min, new Quantity(0.97, true, "97%"), DiagnosticSeverity.Error, 0.9, true, At(24, 9)),
            ("size", GateBound.Max, new Quantity(1.5 * 1024 * 1024, false, "1.5 MiB"), DiagnosticSeverity.Warning, 0.95, false, At(25, 9)),
            ("mse", GateBound.Max, new Quantity(0.01, false, "0.01"), DiagnosticSeverity.Error, 0.95, false, At(26, 9)),
            ("top5", GateBound.MaxDrop, new Quantity(0.01, true, "1%"), DiagnosticSeverity.Error, null, false, At(27, 9)),
        ]);
    }

    [Fact]
    public void Reads_A_Command_And_The_Files_It_Depends_On()
    {
        File.WriteAllText(_folder["eval.py"], "");
        var model = WithCommand(
            "{ command: [python, eval.py, --data, table.csv, \"\", \"--model={model}\"], timeout: 30, files: [images.npy] }",
            "mAP: { min: 0.7, max-drop: 5%, confidence: none }"
        );

        var evaluate = model.Evaluate.ShouldNotBeNull();
        evaluate.Dataset.ShouldBeNull();
        var command = evaluate.Command.ShouldNotBeNull();
        command.Words.ShouldBe(["python", "eval.py", "--data", "table.csv", "", "--model={model}"]);
        command.Directory.ShouldBe(_folder.Path);
        command.TimeoutSeconds.ShouldBe(30);
        command.Files.ShouldBe([_folder["eval.py"], _folder["images.npy"], _folder["table.csv"]], ignoreOrder: true);
        evaluate.Files.ShouldBe(command.Files);
        model.Gates.Select(gate => (gate.Metric, gate.Bound, gate.Limit.Text, gate.Confidence, gate.IsByCommand))
            .ShouldBe([("mAP", GateBound.MaxDrop, "5%", null, true), ("mAP", GateBound.Min, "0.7", null, true)]);
    }

    [Fact]
    public void Takes_Metrics_From_The_Dataset_And_All_Others_From_The_Command()
    {
        var model = WithCommand("{ command: eval, dataset: test, metrics: [top3] }", "top1: { min: 90% }", "mAP: { min: 0.7 }", "size: { max: 40% }");

        model.Evaluate!.Command!.Words.ShouldBe(["eval"]);
        model.Evaluate.Command.TimeoutSeconds.ShouldBe(600);
        model.Evaluate.Metrics.ShouldBe(["top3"]);
        model.Gates.Select(gate => gate.IsByCommand).ShouldBe([false, true, false]);
    }

    [Fact]
    public void Takes_All_Metrics_From_The_Command_When_There_Is_No_Dataset() =>
        WithCommand("{ command: eval }", "top1: { min: 0.9 }", "size: { max: 40% }").Gates.Select(gate => gate.IsByCommand).ShouldBe([true, false]);

    [Fact]
    public void Remarks_On_A_Model_Without_Gates_And_Without_Embed()
    {
        var plan = _folder.Read(Everything);

        plan.Models[1].Calibrate.ShouldBe(new CalibrationPlan(null, 64, At(31, 5)) { Random = new RandomPlan(64) });
        plan.Remarks.Select(remark => (remark.Code, remark.Severity, remark.Position)).ShouldBe(
        [
            (ManifestCodes.NoGates, DiagnosticSeverity.Note, At(29, 3)),
            (ManifestCodes.NoEmbed, DiagnosticSeverity.Note, At(29, 3)),
        ]);
    }

    [Fact]
    public void Takes_Defaults_For_What_Is_Not_Written()
    {
        var plan = _folder.Read("version: 1\nmodels: { digits: { source: digits.onnx, compress: [{ method: sample }] } }");

        plan.Device.ShouldBe("auto");
        plan.Seed.ShouldBe(1);
        plan.Models[0].Output.ShouldBeNull();
        plan.Models[0].Calibrate.ShouldBeNull();
        plan.Models[0].Evaluate.ShouldBeNull();
    }

    [Fact]
    public void Looks_For_No_Files_When_Nothing_Will_Be_Read_From_Them() =>
        _folder.Read(Everything.Replace("source: digits.onnx", "source: gone.onnx", StringComparison.Ordinal), filesMustExist: false)
            .Models[0].Source.ShouldBe(_folder["gone.onnx"]);

    [Fact]
    public void Follows_Anchors() =>
        _folder
            .Read(
                "version: 1\nmodels:\n  digits: { source: digits.onnx, compress: &steps [{ method: sample, sweeps: 9 }] }\n  letters: { source: letters.onnx, "
                    + "compress: *steps }"
            )
            .Models[1]
            .Steps[0]
            .Arguments.Get(SampleMethod.Sweeps)
            .ShouldBe(9);

    private ModelPlan WithCommand(string evaluate, params string[] gates) => _folder.Read($"""
        version: 1
        datasets:
          test: {"{"} path: test.npz, inputs: {"{"} image: images {"}"}, labels: labels {"}"}
        models:
          digits:
            source: digits.onnx
            evaluate: {evaluate}
            compress: [{"{"} method: sample {"}"}]
            gates:
        {string.Join('\n', gates.Select(gate => "      - " + gate))}
        """).Models[0];

    private SourcePosition At(int line, int column) => new(_folder["modelopt.yaml"], line, column);
}
