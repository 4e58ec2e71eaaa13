namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class ToolPage
{
    [LinuxFact]
    public void The_Tool_Installs_By_The_Commands_Of_Its_Page()
    {
        InstalledTool.Commands.Count.ShouldBe(2);
        InstalledTool.Commands[1].ShouldBe("modelopt doctor");

        InstalledTool.Run(AppContext.BaseDirectory, "doctor").ShouldSucceed().Output.ShouldContain("ONNX Runtime");
    }
}
