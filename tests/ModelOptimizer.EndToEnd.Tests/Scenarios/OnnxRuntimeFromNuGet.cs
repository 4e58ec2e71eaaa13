using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>The switch for machines whose package source has <c>Microsoft.ML.OnnxRuntime</c>.</summary>
public sealed class OnnxRuntimeFromNuGet : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void The_Tool_Builds_With_The_Package_And_Computes()
    {
        var config = NuGetConfig.Write(_folder.Path, Packages.OnnxRuntimeFeed);

        DotNet.Run(
            Repository.Root,
            new Dictionary<string, string> { ["NUGET_PACKAGES"] = Packages.Folder },
            ["build", "src/ModelOptimizer.Tool", "-c", "Release", "--artifacts-path", Packages.Artifacts, "-p:OnnxRuntimeFromNuGet=true", $"-p:RestoreConfigFile={config}", .. Packages.WithoutAnalysers])
            .ShouldSucceed();

        var tool = Path.Combine(Packages.Artifacts, "bin", "ModelOptimizer.Tool", "release");
        using var built = JsonDocument.Parse(File.ReadAllText(Path.Combine(tool, "modelopt.deps.json")));
        built.RootElement.GetProperty("libraries").EnumerateObject().Single(library => library.Name.StartsWith("Microsoft.ML.OnnxRuntime/", StringComparison.Ordinal))
            .Value.GetProperty("type").GetString().ShouldBe("package");
        var doctor = DotNet.Run(_folder.Path, new Dictionary<string, string>(), Path.Combine(tool, "modelopt.dll"), "doctor", "--json").ShouldSucceed();
        using var report = JsonDocument.Parse(doctor.Output);
        report.RootElement.GetProperty("chosen").GetString().ShouldNotBeNull().ShouldEndWith("+ort" + report.RootElement.GetProperty("onnxRuntime").GetString());
    }

    public void Dispose() => _folder.Dispose();
}
