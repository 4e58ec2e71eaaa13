using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tool.Supervision;

namespace ModelOptimizer.Tool.Tests.Supervision;

public sealed class DeathTests
{
    private static readonly NativeCall Running = new(NativeWork.Run, "m.onnx", 60, 2_000_000_000) { Number = 2, IsUnderWay = true };
    private static readonly NativeCall Loaded = new(NativeWork.Load, "other.onnx", 60, 2_000_000_000) { Number = 3 };
    private static readonly NativeCall Own = new(NativeWork.Run, null, 0, 0) { Number = 1, IsUnderWay = true };

    [Theory]
    [InlineData(134, "SIGABRT")]
    [InlineData(136, "SIGFPE")]
    [InlineData(139, "SIGSEGV")]
    [InlineData(135, "signal 7")]
    public void Crash_in_a_call_names_the_model_of_that_call(int exitCode, string signal)
    {
        var found = Death.Of(exitCode, null, [Loaded, Running]);

        found.Code.ShouldBe("MOC2308");
        found.Position!.File.ShouldBe("m.onnx");
        found.Message.ShouldStartWith($"The process crashed ({signal}) while ONNX Runtime ran this model.");
    }

    [Fact]
    public void Crash_between_calls_names_the_model_of_the_last() => Death.Of(139, null, [Running with { IsUnderWay = false }, Loaded])
        .ToString().ShouldStartWith("other.onnx: error MOC2308: The process crashed (SIGSEGV) after ONNX Runtime had loaded this model.");

    [Theory]
    [InlineData(134)]
    [InlineData(unchecked((int)0xE0434352))]
    [InlineData(unchecked((int)0xC00000FD))]
    public void End_by_the_runtime_of_NET_between_calls_is_our_fault(int exitCode)
    {
        var found = Death.Of(exitCode, null, [Loaded]);

        found.Code.ShouldBe("MOC9001");
        found.Position!.File.ShouldBe("other.onnx");
    }

    [Fact]
    public void Without_room_for_temporary_files_nobody_is_blamed()
    {
        var found = Death.Of(139, null, null);

        found.Code.ShouldBe("MOC5126");
        found.Message.ShouldContain("TMPDIR");
    }

    [Fact]
    public void End_by_force_in_a_call_speaks_of_memory() => Death.Of(137, null, [Running])
        .ToString().ShouldStartWith("m.onnx: error MOC2308: The process was ended from outside (SIGKILL) while ONNX Runtime ran this model. Systems do so where memory");

    [Theory]
    [InlineData(137)]
    [InlineData(143)]
    public void End_by_force_between_calls_is_not_the_models_fault(int exitCode)
    {
        var found = Death.Of(exitCode, null, [Loaded]);

        found.Code.ShouldBe("MOC5126");
        found.Position!.File.ShouldBe("other.onnx");
        ExitCode.Of([found]).ShouldBe(ExitCode.Environment);
    }

    [Fact]
    public void Crash_with_a_graph_of_our_own_is_the_devices_fault() => Death.Of(139, null, [Own]).Code.ShouldBe("MOC5126");

    [Fact]
    public void Crash_without_any_call_is_our_fault() => Death.Of(134, null, []).Code.ShouldBe("MOC9001");

    [Fact]
    public void Time_out_says_how_to_raise_it() => Death.Of(137, new Overrun(Running, IsTime: true, 0), [Running])
        .Message.ShouldBe(
            "ONNX Runtime was still running this model after 60 s and was ended. Look for a loop whose condition never becomes false; if the model needs more "
                + "time, write 'timeout' at the model in the manifest, or set ModelOptimizerTimeout to more seconds.");

    [Fact]
    public void Memory_says_how_much_it_took_and_how_much_it_may_take() =>
        Death.Of(137, new Overrun(Running with { Work = NativeWork.Load }, IsTime: false, 2_140_000_000), [Running])
            .Message.ShouldStartWith("ONNX Runtime took 2.1 GB of memory for loading this model and was ended: a model and inputs of this size may take 2.0 GB.");
}
