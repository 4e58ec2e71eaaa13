using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

public sealed class InitCommandTests
{
    [Fact]
    public async Task What_was_written_and_guessed_is_printed_with_what_to_check_and_what_comes_next()
    {
        using var line = new CommandLine();
        new GraphBuilder()
            .Input("x", [-1, 64])
            .Gemm("x", "hidden", 64, 64)
            .Node("Relu", ["hidden"], ["active"])
            .Gemm("active", "y", 10, 64)
            .Output("y", [-1, 10])
            .Build()
            .Save(Path.Combine(line.Folder, "net.onnx"));

        (await line.Invoke("init", "net.onnx")).ShouldBe(ExitCode.Passed);

        line.Out.ShouldBeApproved();
        File.Exists(Path.Combine(line.Folder, "modelopt.yaml")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_bad_input()
    {
        using var line = new CommandLine();

        (await line.Invoke("init", "net.onnx")).ShouldBe(ExitCode.BadInput);

        line.Error.ShouldContain("net.onnx: error MOC2001");
    }
}
