using System.Text.Json;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

public sealed class BlocksCommandTests
{
    [Fact]
    public async Task Blocks_are_listed_with_their_tensors_and_what_they_cost()
    {
        using var line = new CommandLine { Width = 100 };
        ResidualNetwork.Create().Save(Path.Combine(line.Folder, "net.onnx"));

        (await line.Invoke("blocks", "net.onnx")).ShouldBe(ExitCode.Passed, line.Error);

        line.Out.ShouldBeApproved();
    }

    [Fact]
    public async Task Blocks_as_json_have_the_same_numbers()
    {
        using var line = new CommandLine();
        ResidualNetwork.Create().Save(Path.Combine(line.Folder, "net.onnx"));

        (await line.Invoke("blocks", "net.onnx", "--json")).ShouldBe(ExitCode.Passed);

        var block = JsonDocument.Parse(line.Out).RootElement.GetProperty("blocks")[1];
        block.GetProperty("name").GetString().ShouldBe("stage1");
        block.GetProperty("from").GetString().ShouldBe("r0");
        block.GetProperty("parameters").GetInt64().ShouldBe(4 * 8 * 8 * 9);
        block.GetProperty("macs").GetInt64().ShouldBe(4 * 8 * 8 * 9 * 64);
    }

    [Fact]
    public async Task A_model_that_does_not_run_has_no_blocks_and_says_why()
    {
        using var line = new CommandLine();
        new GraphBuilder().Input("x", [1, 4]).Node("Nonsense", ["x"], ["y"]).Output("y").Build().Save(Path.Combine(line.Folder, "net.onnx"));

        (await line.Invoke("blocks", "net.onnx")).ShouldBe(ExitCode.Passed);

        line.Out.ShouldContain("no blocks with weights");
        line.Out.ShouldContain("Blocks are told by shapes, which are not known: a run on zeros");
    }
}
