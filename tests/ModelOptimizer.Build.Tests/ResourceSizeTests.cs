using Microsoft.Build.Utilities;
using ModelOptimizer.Build.Tests.Infrastructure;

namespace ModelOptimizer.Build.Tests;

public sealed class ResourceSizeTests
{
    private readonly RecordingEngine _engine = new();

    [Fact]
    public void Small_Models_Pass_Without_A_Word()
    {
        Check(60_000_000, 40_000_000);

        _engine.Warnings.ShouldBeEmpty();
        _engine.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Large_Models_Are_A_Warning()
    {
        Check(60_000_000, 50_000_000);

        var warning = _engine.Warnings.ShouldHaveSingleItem();
        warning.Code.ShouldBe("MOC5106");
        warning.Message!.ShouldContain("110 MB");
    }

    [Fact]
    public void What_No_Assembly_Holds_Is_An_Error()
    {
        Check(1_000_000_000, 1_000_000_000);

        var error = _engine.Errors.ShouldHaveSingleItem();
        error.Code.ShouldBe("MOC5107");
        error.Message!.ShouldContain("2000 MB");
    }

    private void Check(params long[] lengths)
    {
        var log = new TaskLoggingHelper(_engine, "CompressModels");
        ResourceSize.Check(new BuildState { Outputs = [.. lengths.Select(length => new BuildOutput("", BuildOutput.Resource, "", length))] }, new ToolLog(log));
    }
}
