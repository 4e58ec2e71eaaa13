using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Tests.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Locking;

/// <summary>The text of a lock file.</summary>
public class LockFileFormat
{
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

    [Theory]
    [InlineData("{\n  \"version\": 1,\n<<<<<<< ours\n", 3)]
    [InlineData("{ \"version\": 2, \"models\": {} }", 0)]
    public void A_lock_file_that_cannot_be_read_is_one_error_with_its_place(string text, int line)
    {
        using var project = new SmallProject(LockedProject.Gate);
        File.WriteAllText(project.Lock, text);

        var error = project.Run().Diagnostics.Single(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (error.Code, error.Position!.File, error.Position.Line).ShouldBe((LockCodes.Unreadable, project.Lock, line));
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
}
