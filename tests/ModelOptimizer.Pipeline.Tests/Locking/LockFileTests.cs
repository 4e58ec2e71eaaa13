using System.Text.RegularExpressions;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Locking;

public class LockFileTests
{
    private const string Gate = "cosine: { min: 97% }";

    // Word for word what version 0.1.0 wrote.
    private const string OfEarlierBuilds = """
        {
          "version": 1,
          "models": {
            "digits": {
              "inputs": {
                "manifest": {
                  "gates": "aa"
                },
                "files": {
                  "models/digits.onnx": "bb"
                }
              },
              "steps": [
                {
                  "method": "tucker",
                  "layers": {
                    "conv2": [16, 8],
                    "conv10": [4]
                  },
                  "reverted": [
                    "conv3"
                  ]
                }
              ],
              "decidedByTime": false,
              "rankMultiple": 1,
              "before": {
                "bytes": 1000,
                "parameters": 200,
                "macs": 3000
              },
              "after": {
                "bytes": 500,
                "parameters": 100,
                "macs": null
              },
              "metrics": {
                "cosine": {
                  "original": null,
                  "compressed": 0.999,
                  "samples": 2000
                }
              },
              "output": "cc",
              "tool": "0.1.0",
              "device": "cpu/x64/avx2\u002Bort1.29.0"
            }
          }
        }
        """;

    [Fact]
    public void A_locked_model_is_made_again_without_a_search_and_with_the_same_bytes()
    {
        using var project = Locked();
        var first = File.ReadAllBytes(project.Output);
        File.Delete(project.Output);

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.Decisions.ShouldBe(DecisionSource.Lock);
        report.Search.ShouldBeNull();
        File.ReadAllBytes(project.Output).ShouldBe(first);
    }

    [Fact]
    public void Compressing_again_leaves_an_equal_lock_file_as_it_is()
    {
        using var project = Locked();
        var before = (File.ReadAllText(project.Lock), File.GetLastWriteTimeUtc(project.Lock));

        project.Run(writeLock: true);

        (File.ReadAllText(project.Lock), File.GetLastWriteTimeUtc(project.Lock)).ShouldBe(before);
    }

    [Fact]
    public void A_build_never_writes_the_lock_file()
    {
        using var project = new SmallProject(Gate);
        project.Run().ExitCode.ShouldBe(0);

        File.Exists(project.Lock).ShouldBeFalse();
    }

    [Fact]
    public void A_failed_gate_locks_nothing()
    {
        using var project = new SmallProject("cosine: { min: 100% }");
        project.Run(writeLock: true).ExitCode.ShouldBe(1);

        File.Exists(project.Lock).ShouldBeFalse();
    }

    [Fact]
    public void Another_gate_makes_the_lock_stale_which_is_a_warning_of_a_build_and_an_error_of_verify()
    {
        using var project = Locked();
        project.WriteManifest("cosine: { min: 96% }", step: "budget: auto");

        var built = project.Run();
        var verified = project.Run(locked: true);

        built.ExitCode.ShouldBe(0);
        built.Models[0].Decisions.ShouldBe(DecisionSource.Search);
        built.Diagnostics.Single(diagnostic => diagnostic.Code == LockCodes.Stale).Message.ShouldContain("'gates' in the manifest changed");
        verified.ExitCode.ShouldBe(2);
        verified.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe(LockCodes.Stale);
    }

    [Fact]
    public void A_changed_dataset_is_named()
    {
        using var project = Locked();
        File.Copy(Path.Combine(project.Folder, "train.npz"), Path.Combine(project.Folder, "other.npz"));
        project.WriteManifest(Gate, evaluation: "other.npz", step: "budget: auto");

        var message = project.Run(locked: true).Diagnostics.Single(diagnostic => diagnostic.Code == LockCodes.Stale).Message;

        message.ShouldContain("'evaluate' in the manifest");
        message.ShouldContain("the new file other.npz");
        message.ShouldContain("the file test.npz, which is not used any more");
    }

    [Fact]
    public void Comments_names_of_outputs_and_a_moved_gate_line_do_not_make_it_stale()
    {
        using var project = Locked();
        File.WriteAllText(
            project.Manifest,
            "# a comment\n"
                + File.ReadAllText(project.Manifest)
                    .Replace("    source: model.onnx", "    embed: { resource: Small.onnx }\n    source: model.onnx", StringComparison.Ordinal)
        );

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);
    }

    [Fact]
    public void Verify_locked_makes_an_absent_output_again_in_memory()
    {
        using var project = Locked();
        File.Delete(project.Output);

        var result = project.Run(locked: true);

        result.ExitCode.ShouldBe(0);
        result.Models[0].Gates.ShouldNotBeEmpty();
        File.Exists(project.Output).ShouldBeFalse();
    }

    [Fact]
    public void Verify_locked_refuses_an_output_that_was_changed()
    {
        using var project = Locked();
        File.Copy(Path.Combine(project.Folder, "model.onnx"), project.Output, overwrite: true);

        var result = project.Run(locked: true);

        result.ExitCode.ShouldBe(2);
        result.Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe(LockCodes.OtherOutput);
    }

    [Fact]
    public void Verify_locked_of_another_linear_algebra_does_not_need_it()
    {
        using var project = Locked();
        File.WriteAllText(project.Manifest, "linear-algebra: torchsharp\n" + File.ReadAllText(project.Manifest));
        Relock(project, text => text.Replace("+ort", "+torchsharp1.2.3+ort", StringComparison.Ordinal));
        var observer = new RecordingObserver();

        project.Run(observer, locked: true).ExitCode.ShouldBe(0);
        File.Delete(project.Output);
        observer.Messages.ShouldNotContain(message => message.Contains("torchsharp", StringComparison.Ordinal));
        project.Run(observer, locked: true).ExitCode.ShouldBe(0);
        observer.Messages.ShouldContain(message =>
            message.StartsWith("the built-in linear algebra is taken: 'linear-algebra: torchsharp' cannot be used: ", StringComparison.Ordinal)
        );
        project.Run().ExitCode.ShouldBe(3);
    }

    [Theory]
    [InlineData("+torchsharp1.2.3+ort")]
    [InlineData("+ort")]
    [InlineData("+ort0.0.0")]
    public void Verify_locked_refuses_an_output_that_was_changed_whatever_class_the_lock_names(string mark)
    {
        using var project = Locked();
        File.WriteAllText(project.Manifest, "linear-algebra: torchsharp\n" + File.ReadAllText(project.Manifest));
        Relock(project, text => text.Replace("+ort", mark, StringComparison.Ordinal));
        File.Copy(Path.Combine(project.Folder, "model.onnx"), project.Output, overwrite: true);

        var result = project.Run(locked: true);

        result.ExitCode.ShouldBe(2);
        result.Diagnostics.ShouldContain(diagnostic => diagnostic.Code == LockCodes.OtherOutput);
    }

    [Fact]
    public void Verify_locked_refuses_a_lock_that_was_changed_by_hand()
    {
        using var project = Locked();
        var text = File.ReadAllText(project.Lock);
        foreach (var (member, instead) in new[]
        {
            (@"\[1", "[2"),
            (@"""samples"": \d+", @"""samples"": 63"),
            (@"""compressed"": 0", @"""compressed"": 1"),
            (@"""bytes"": \d", @"""bytes"": 9"),
            (@"""decidedByTime"": false", @"""decidedByTime"": true"),
            (@"""rankMultiple"": 1", @"""rankMultiple"": 8"),
            (@"""tool"": ""[^""]*""", @"""tool"": ""0.0.1"""),
            (@"""device"": ""[^""]*""", @"""device"": ""cpu/elsewhere+ort0.0.0"""),
            (@",\s*""seal"": ""[^""]*""", ""),
        })
        {
            var changed = Regex.Replace(text, member, instead);
            changed.ShouldNotBe(text, member);
            File.WriteAllText(project.Lock, changed);

            var error = project.Run(locked: true).Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

            error.Code.ShouldBe(LockCodes.Stale, member);
            error.Message.ShouldContain(member.Contains("seal", StringComparison.Ordinal)
                ? "it has no seal, as earlier versions wrote none"
                : "the model's entry in the lock file changed since it was made");
        }

        File.WriteAllText(project.Lock, text.ReplaceLineEndings("\r\n"));
        project.Run(locked: true).ExitCode.ShouldBe(0, "line ends are not its content");
    }

    [Fact]
    public void A_build_follows_a_lock_without_a_seal_and_compress_seals_it()
    {
        using var project = Locked();
        var sealedText = File.ReadAllText(project.Lock);
        File.WriteAllText(project.Lock, Regex.Replace(sealedText, @",\s*""seal"": ""[^""]*""", ""));

        project.Run().Models.ShouldHaveSingleItem().Decisions.ShouldBe(DecisionSource.Lock);
        project.Run(writeLock: true).ExitCode.ShouldBe(0);

        File.ReadAllText(project.Lock).ShouldBe(sealedText);
    }

    [Fact]
    public void Verify_locked_does_not_answer_from_the_cache()
    {
        using var project = new SmallProject(Gate);
        project.Run(cached: true, writeLock: true).ExitCode.ShouldBe(0);
        File.Delete(project.Output);

        var verified = project.Run(cached: true, locked: true).Models.ShouldHaveSingleItem();

        verified.FromCache.ShouldNotBe(true);
        project.Run(cached: true).Models.ShouldHaveSingleItem().FromCache.ShouldBe(true, "it is there");
    }

    [Fact]
    public void Verify_locked_without_a_lock_says_how_to_get_one()
    {
        using var project = new SmallProject(Gate);

        var error = project.Run(locked: true).Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe(LockCodes.Missing);
        error.Message.ShouldContain("modelopt compress");
        error.Position!.File.ShouldBe(project.Lock);
    }

    [Fact]
    public void Ranks_that_do_not_fit_are_an_error_of_the_lock_file()
    {
        using var project = Locked();
        Relock(project, text => Regex.Replace(text, @"\[\d+", "[9999"));

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        error.Code.ShouldBe(LockCodes.Unreadable);
        error.Message.ShouldContain("[9999");
        error.Position!.File.ShouldBe(project.Lock);
    }

    [Theory]
    [InlineData("{\n  \"version\": 1,\n<<<<<<< ours\n", 3)]
    [InlineData("{ \"version\": 2, \"models\": {} }", 0)]
    public void A_lock_file_that_cannot_be_read_is_one_error_with_its_place(string text, int line)
    {
        using var project = new SmallProject(Gate);
        File.WriteAllText(project.Lock, text);

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error.Code, error.Position!.File, error.Position.Line).ShouldBe((LockCodes.Unreadable, project.Lock, line));
    }

    [Fact]
    public void Another_machine_says_so_and_the_gates_decide()
    {
        using var project = Locked();
        var output = LockFile.Read(project.Manifest).Find("small")!.Output;
        Relock(project, text => text.Replace("cpu/", "tpu/", StringComparison.Ordinal).Replace(output, new string('0', 64), StringComparison.Ordinal));
        var observer = new RecordingObserver();

        var result = project.Run(observer, locked: true);

        result.ExitCode.ShouldBe(0);
        observer.Messages.ShouldContain(message => message.Contains("the gates decide", StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_is_readable_and_in_a_stable_order()
    {
        using var folder = new TempFolder();
        var manifest = folder["modelopt.yaml"];
        var locks = LockFile.Read(manifest);
        var model = new LockedModel
        {
            Inputs = new LockedInputs(new Dictionary<string, string> { ["gates"] = "aa" }, new Dictionary<string, string> { ["models/digits.onnx"] = "bb" }),
            Steps =
            [
                new LockedStep(
                    "tucker",
                    new Dictionary<string, Choice> { ["conv2"] = new Choice.Ranks([16, 8]), ["conv10"] = new Choice.Ranks([4]) { IsStored = true } },
                    ["conv3"]
                ),
            ],
            Before = new ModelCost(1000, 200, 3000),
            After = new ModelCost(500, 100, null),
            Metrics = new Dictionary<string, LockedMetric> { ["top1"] = new(0.99, 0.985, 2000), ["cosine"] = new(null, 0.999, 2000) },
            Output = "cc",
            Tool = "1.0.0",
            Device = "cpu/x64/avx2+ort1.29.0",
        };
        locks.Set("second", model);
        locks.Set("first", model);
        locks.Write(default);

        ApprovedText.ShouldBeApproved(File.ReadAllText(locks.Path));
        var again = LockFile.Read(manifest).Find("first")!;
        again.Steps[0].Layers["conv2"].Text.ShouldBe("16×8");
        again.Steps[0].Layers["conv10"].Text.ShouldBe("4 stored");
        again.Steps[0].Choices()["conv3"].ShouldBeOfType<Choice.Keep>();
    }

    [Theory]
    [InlineData("{ \"step\": 0.0125 }", 0.0125)]
    [InlineData("{ \"step\": 1.1754943508222875E-38 }", 1.1754943508222875E-38)]
    [InlineData("{ \"step\": 3 }", 3)]
    public void A_step_comes_back_to_the_last_digit(string text, double step)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["modelopt.lock.json"], OfEarlierBuilds.Replace("[16, 8]", text, StringComparison.Ordinal));

        var locks = LockFile.Read(folder["modelopt.yaml"]);
        locks.Find("digits")!.Steps[0].Layers["conv2"].ShouldBe(new Choice.Step(step));
        locks.Write(default);

        File.ReadAllText(locks.Path).ShouldContain($"\"conv2\": {text},");
    }

    [Fact]
    public void Every_kind_of_choice_is_one_line_and_comes_back()
    {
        using var folder = new TempFolder();
        var manifest = folder["modelopt.yaml"];
        File.WriteAllText(
            folder["modelopt.lock.json"],
            OfEarlierBuilds.Replace("[16, 8]", "{ \"bits\": 4 }", StringComparison.Ordinal).Replace("[4]", "{ \"width\": 8 }", StringComparison.Ordinal)
        );

        var locks = LockFile.Read(manifest);
        locks.Find("digits")!.Steps[0].Layers.Values.ShouldBe([new Choice.Bits(4), new Choice.Width(8)]);
        locks.Write(default);

        File.ReadAllLines(locks.Path).ShouldContain("            \"conv2\": { \"bits\": 4 },");
        LockFile.Read(manifest).Find("digits")!.Steps[0].Layers.Values.ShouldBe([new Choice.Bits(4), new Choice.Width(8)]);
    }

    [Fact]
    public void A_lock_file_of_an_earlier_build_is_read()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["modelopt.lock.json"], OfEarlierBuilds);

        var locked = LockFile.Read(folder["modelopt.yaml"]).Find("digits")!;

        locked.Choices[0].Select(choice => (choice.Key, choice.Value.Text)).ShouldBe([("conv2", "16×8"), ("conv10", "4"), ("conv3", "as it is")]);
        locked.Metrics["cosine"].ShouldBe(new LockedMetric(null, 0.999, 2000));
    }

    [Theory]
    [InlineData("\"inputs\": {", "\"inputs\": null, \"input\": {")]
    [InlineData("\"gates\": \"aa\"", "\"gates\": null")]
    [InlineData("\"steps\": [", "\"steps\": [null, ")]
    [InlineData("\"steps\": [", "\"steps\": null, \"other\": [")]
    [InlineData("\"method\": \"tucker\",", "")]
    [InlineData("\"conv3\"", "null")]
    [InlineData("\"conv3\"", "\"conv2\"")]
    [InlineData("[16, 8]", "{ \"step\": 1e999 }")]
    [InlineData("0.999", "1e999")]
    [InlineData("\"bytes\": 1000", "\"bytes\": 99999999999999999999")]
    [InlineData("\"output\": \"cc\",", "")]
    [InlineData("\"rankMultiple\": 1", "\"rankMultiple\": 0")]
    [InlineData("\"digits\": {", "\"digits\": null, \"other\": {")]
    public void A_member_that_is_missing_null_or_infinite_is_one_error(string text, string instead)
    {
        using var folder = new TempFolder();
        OfEarlierBuilds.ShouldContain(text);
        File.WriteAllText(folder["modelopt.lock.json"], OfEarlierBuilds.Replace(text, instead, StringComparison.Ordinal));

        Should.Throw<DiagnosticException>(() => LockFile.Read(folder["modelopt.yaml"])).Diagnostic.Code.ShouldBe(LockCodes.Unreadable);
    }

    [Fact]
    public void Steps_that_are_not_the_manifests_are_an_error_of_the_lock_file()
    {
        using var project = Locked();
        Relock(project, text => text.Replace("\"tucker\"", "\"cp\"", StringComparison.Ordinal));

        project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Code.ShouldBe(LockCodes.Unreadable);
    }

    [Theory]
    [InlineData("{ \"colour\": 4 }")]
    [InlineData("{ \"bits\": 4, \"width\": 8 }")]
    [InlineData("4")]
    [InlineData("null")]
    public void A_choice_of_a_kind_that_is_not_known_is_one_error(string choice)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["modelopt.lock.json"], OfEarlierBuilds.Replace("[16, 8]", choice, StringComparison.Ordinal));

        Should.Throw<DiagnosticException>(() => LockFile.Read(folder["modelopt.yaml"])).Diagnostic.Code.ShouldBe(LockCodes.Unreadable);
    }

    // What another machine would have written.
    private static void Relock(SmallProject project, Func<string, string> change)
    {
        File.WriteAllText(project.Lock, change(File.ReadAllText(project.Lock)));
        var locks = LockFile.Read(project.Manifest);
        locks.Set("small", locks.Find("small")!);
        locks.Write(default);
    }

    private static SmallProject Locked()
    {
        var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "budget: auto");
        project.Run(writeLock: true).ExitCode.ShouldBe(0);
        return project;
    }
}
