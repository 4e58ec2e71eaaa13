using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Evaluation;

public sealed class CommandEvaluatorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public CommandEvaluatorTests() => File.WriteAllText(_folder["model.onnx"], "0123456789");

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public void Reads_The_Last_Line_That_Is_A_Json_Object()
    {
        var outcome = Run("""echo start; echo '{"mAP": 0.1}'; echo '{"mAP": 0.71, "speed": 3, "device": "cpu", "ok": true}'; echo done; echo '[1]'""");

        outcome.Problem.ShouldBeNull();
        outcome.Metrics.ShouldBe(new Dictionary<string, double> { ["mAP"] = 0.71, ["speed"] = 3 });
    }

    [UnixFact]
    public void Gives_The_Models_Path_As_The_Last_Argument() =>
        Run(
            new CommandPlan
            {
                Words = ["sh", "-c", """echo "{\"size\": $(wc -c < "$1"), \"count\": $#}" """, "sh"],
                Directory = _folder.Path,
                TimeoutSeconds = 600,
            }
        )
            .Metrics.ShouldBe(new Dictionary<string, double> { ["size"] = 10, ["count"] = 1 });

    [UnixFact]
    public void Puts_The_Models_Path_Where_The_Placeholder_Is() =>
        Run(
            new CommandPlan
            {
                Words = ["sh", "-c", """echo "{\"size\": $(wc -c < "${1#--model=}"), \"count\": $#}" """, "sh", "--model={model}", "{model}", "x"],
                Directory = _folder.Path,
                TimeoutSeconds = 600,
            }
        )
            .Metrics.ShouldBe(new Dictionary<string, double> { ["size"] = 10, ["count"] = 3 });

    [UnixFact]
    public void Runs_In_The_Manifests_Folder_And_Finds_Programs_There()
    {
        File.WriteAllText(_folder["eval"], """
            #!/bin/sh
            echo "{\"here\": $(ls model.onnx | wc -l)}"
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder["eval"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Run(new CommandPlan { Words = ["eval"], Directory = _folder.Path, TimeoutSeconds = 600 }).Metrics["here"].ShouldBe(1);
    }

    [UnixFact]
    public void Words_Are_Not_Read_By_A_Shell() =>
        Run(new CommandPlan { Words = ["echo", """{"a": 1, "text": "$(date) ; x"}""", "{model}"], Directory = _folder.Path, TimeoutSeconds = 600 })
            .Problem.ShouldNotBeNull();

    [UnixFact]
    public void A_Failure_Says_The_Exit_Code_And_The_Last_Lines() =>
        Run("for i in 1 2 3 4; do echo line $i >&2; done; exit 3").Problem.ShouldBe("the command ended with exit code 3 (it said: line 2 / line 3 / line 4)");

    [UnixFact]
    public void No_Json_Is_A_Problem() =>
        Run("echo 0.71").Problem.ShouldBe("the command printed no line with a JSON object such as {\"mAP\": 0.71}");

    [UnixFact]
    public void Broken_Json_Is_A_Problem_Even_After_Good_One() =>
        Run("""echo '{"mAP": 0.71}'; echo '{"mAP": NaN}'""")
            .Problem.ShouldBe("the last line in braces that the command printed is not JSON, in which there is no NaN or Infinity either");

    [Fact]
    public void A_Program_That_Is_Not_There_Is_A_Problem() =>
        Run(
            new CommandPlan
            {
                Words = ["no-such-program-at-all"],
                Directory = _folder.Path,
                TimeoutSeconds = 600,
            }
        )
            .Problem.ShouldNotBeNull()
            .ShouldStartWith("'no-such-program-at-all' cannot be started: ");

    [UnixFact]
    public void A_Program_That_Takes_Too_Long_Is_Ended_With_All_That_It_Started()
    {
        var outcome = Run(
            new CommandPlan
            {
                Words = ["sh", "-c", "(sleep 60; touch late) & echo $! > child; wait", "sh"],
                Directory = _folder.Path,
                TimeoutSeconds = 1,
            }
        );

        outcome.Problem.ShouldBe("the command did not end within 1 s; make it quicker, or raise 'timeout'");
        var child = int.Parse(File.ReadAllText(_folder["child"]), System.Globalization.CultureInfo.InvariantCulture);
        IsRunning(child).ShouldBeFalse();
    }

    [UnixFact]
    public void Cancelling_Ends_It()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        Should.Throw<OperationCanceledException>(() =>
            Run(
                new CommandPlan
                {
                    Words = ["sh", "-c", "sleep 60"],
                    Directory = _folder.Path,
                    TimeoutSeconds = 600,
                },
                cancellation.Token
            )
        );
    }

    [UnixFact]
    public void A_Model_In_Memory_Is_A_File_That_Goes_Away()
    {
        var model = new GraphBuilder().Input("x", [1]).Node("Relu", ["x"], ["y"]).Output("y", [1]).Build();
        var command = new CommandPlan
        {
            Words = ["sh", "-c", """echo "$1" > path; echo "{\"size\": $(wc -c < "$1")}" """, "sh"],
            Directory = _folder.Path,
            TimeoutSeconds = 600,
        };

        CommandEvaluator.Run(command, model, "digits.onnx", CancellationToken.None).Metrics["size"].ShouldBe(model.ToBytes().Length);

        var path = File.ReadAllLines(_folder["path"]).ShouldHaveSingleItem();
        Path.GetFileName(path).ShouldBe("digits.onnx");
        Directory.Exists(Path.GetDirectoryName(path)).ShouldBeFalse();
    }

    [Fact]
    public void Numbers_Of_Both_Models_Are_Reported()
    {
        var result = new CommandResult(
            new(new Dictionary<string, double> { ["mAP"] = 0.8, ["only"] = 1 }),
            new(new Dictionary<string, double> { ["mAP"] = 0.7 })
        );

        result.Pairs.ShouldBe([new("mAP", 0.8, 0.7, 0)]);
    }

    private CommandOutcome Run(string script) => Run(new CommandPlan { Words = ["sh", "-c", script, "sh"], Directory = _folder.Path, TimeoutSeconds = 600 });

    private CommandOutcome Run(CommandPlan command, CancellationToken cancellation = default) =>
        CommandEvaluator.Run(command, _folder["model.onnx"], cancellation);

    private static bool IsRunning(int process)
    {
        try
        {
            // A killed process whose parent is gone may be kept as a zombie where nobody collects them.
            return File.Exists($"/proc/{process}/stat")
                ? File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Trim()[0] != 'Z'
                : !System.Diagnostics.Process.GetProcessById(process).HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
