namespace ModelOptimizer.Build.Tests.State;

public sealed class ToolIdentityTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Two_Builds_Of_One_Version_Are_Told_Apart_By_Any_Of_Their_Assemblies()
    {
        var tool = _folder["modelopt.dll"];
        File.Copy(typeof(ToolFingerprint).Assembly.Location, tool);
        File.WriteAllText(_folder["ModelOptimizer.Methods.dll"], "one");
        var before = ToolFingerprint.Of(tool);

        ToolFingerprint.Of(tool).ShouldBe(before);
        File.WriteAllText(_folder["ModelOptimizer.Methods.dll"], "three");

        ToolFingerprint.Of(tool).ShouldNotBe(before);
        before.ShouldStartWith("0.1.0");
    }

    [Fact]
    public void A_Missing_Tool_Has_No_Identity() => ToolFingerprint.Of(_folder["none", "modelopt.dll"]).ShouldBe("");

    public void Dispose() => _folder.Dispose();
}
