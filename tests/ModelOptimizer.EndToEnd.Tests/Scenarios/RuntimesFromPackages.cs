using System.IO.Compression;
using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>ONNX Runtime with CUDA, WebGPU or DirectML, from packages that a project downloads.</summary>
public sealed class RuntimesFromPackages : IDisposable
{
    private readonly TempFolder _folder = new();

    [CudaPlatformFact]
    public void Ours_Holds_The_Library_And_Its_Notices()
    {
        using var package = ZipFile.OpenRead(Path.Combine(Packages.Packed, $"{RuntimePackages.Desktop}.{Packages.Version}.nupkg"));

        var files = package
            .Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("package/", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal));
        string.Join('\n', files.Order(StringComparer.Ordinal)).ShouldBeApproved();
    }

    [CudaPlatformFact]
    public void The_Command_Takes_A_Folder_From_A_Variable_Also_By_Its_Old_Name()
    {
        var (detail, why) = Doctor("ModelOptimizerRuntimeDirectory");
        detail.ShouldContain($"{_folder["cuda"]}, which ModelOptimizerRuntimeDirectory names, has no libonnxruntime.so that loads; ");
        why.ShouldNotContain("is called");

        Doctor("ModelOptimizerCuda")
            .Why.ShouldEndWith("; the variable ModelOptimizerCuda is called ModelOptimizerRuntimeDirectory now; version 0.2 will not know the old name");
    }

    public void Dispose() => _folder.Dispose();

    private (string Detail, string Why) Doctor(string variable)
    {
        var outcome = InstalledTool.Run(_folder.Path, new Dictionary<string, string> { [variable] = _folder["cuda"] }, "doctor", "--json");
        using var report = JsonDocument.Parse(outcome.ShouldSucceed().Output);
        var cuda = report.RootElement.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == "cuda");
        return (cuda.GetProperty("detail").GetString()!, report.RootElement.GetProperty("chosenBecause").GetString()!);
    }
}

internal static class RuntimesOfProjects
{
    [LinuxScenario(X64 = true)]
    public static IEnumerable<Step> Without_A_Package_The_Error_Says_How_To_Get_It_And_With_It_Its_Library_Is_Asked(Place place)
    {
        var app = place.Consumer(items: RuntimePackages.Items);
        NuGetConfig.Write(app.Root, RuntimePackages.Feeds);
        app.Set("<ModelOptimizerDevice>cuda</ModelOptimizerDevice>");
        yield return Step.FailedBuild(app);

        place.Last.Problems.ShouldHaveSingleItem().ShouldContain($"error MOC5012: The device 'cuda' cannot be used: the package {RuntimePackages.Cuda} ");
        app.Set("<ModelOptimizerDevice>cuda</ModelOptimizerDevice><WithCuda>true</WithCuda>");
        yield return Step.FailedBuild(app);

        place
            .Last.Problems.ShouldHaveSingleItem()
            .ShouldContain("/runtimes/linux-x64/native/, which ModelOptimizerRuntimeDirectory names, has no CUDAExecutionProvider");
        app.Set("<WithCuda>true</WithCuda>");
        yield return Step.Build(app);

        app.Run().ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
        Directory.GetFiles(app["bin"], "*onnxruntime*", SearchOption.AllDirectories).ShouldBeEmpty();
        Note(app).ShouldContain("has no CUDAExecutionProvider");
    }

    [LinuxScenario(X64 = true)]
    public static IEnumerable<Step> The_Outer_Build_Of_Several_Frameworks_Knows_The_Package_Too(Place place)
    {
        var app = place.Consumer(
            "<TargetFramework></TargetFramework><TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks><OutputType>Library</OutputType>",
            RuntimePackages.Items);
        NuGetConfig.Write(app.Root, RuntimePackages.Feeds);
        app.Set("<ModelOptimizerDevice>webgpu</ModelOptimizerDevice><WithDesktop>true</WithDesktop>");
        yield return Step.FailedBuild(app);

        place.Last.Problems.ShouldHaveSingleItem().ShouldContain("has no WebGpuExecutionProvider");
    }

    private static string Note(Consumer consumer)
    {
        using var report = JsonDocument.Parse(
            File.ReadAllText(Directory.GetFiles(consumer["obj", "modelopt"], "*.report.json", SearchOption.AllDirectories).Single())
        );
        return report.RootElement.GetProperty("model").GetProperty("deviceNote").GetString()!;
    }
}
